// Brings a cell into view where it stands in the chat, also one that is only about to be drawn, and marks a line in it.
const PATIENCE = 5000
const MARK = 'lci-line'
let done = 0

// Where the line stands in the element's text, however many elements it is split into.
function place (element, line) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  const nodes = []
  let text = ''
  while (walker.nextNode()) {
    nodes.push([text.length, walker.currentNode])
    text += walker.currentNode.data
  }
  const at = text.indexOf(line)
  if (at < 0) return null
  const spot = offset => {
    const [start, node] = nodes.findLast(([start]) => start <= offset)
    return [node, Math.min(offset - start, node.length)]
  }
  const range = document.createRange()
  range.setStart(...spot(at))
  range.setEnd(...spot(at + line.length))
  return range
}

// Every box around it that scrolls is moved so that it is in the middle.
function show (range) {
  for (let box = range.startContainer.parentElement; box; box = box.parentElement) {
    if (box.scrollHeight <= box.clientHeight + 1 || !/auto|scroll/.test(getComputedStyle(box).overflowY)) continue
    const [line, frame] = [range.getBoundingClientRect(), box.getBoundingClientRect()]
    box.scrollTop += line.top - frame.top - (box.clientHeight - line.height) / 2
  }
  if (globalThis.CSS?.highlights) CSS.highlights.set(MARK, new Highlight(range))
}

// A fold that opens pushes what is in it: the line is held in view until that has come to rest.
function follow (cell, range) {
  show(range)
  const resting = new ResizeObserver(() => show(range))
  for (let box = cell; box && box !== document.body; box = box.parentElement) resting.observe(box)
  setTimeout(() => resting.disconnect(), 1000)
}

// Only the chat around it is moved, so that it begins at the top there.
function showInPane (cell) {
  const around = cell.closest('.st-key-chat_pane')?.parentElement?.parentElement
  for (let box = cell.parentElement; box && box !== around; box = box.parentElement) {
    if (box.scrollHeight <= box.clientHeight + 1 || !/auto|scroll/.test(getComputedStyle(box).overflowY)) continue
    box.scrollTop += cell.getBoundingClientRect().top - box.getBoundingClientRect().top
    return
  }
}

export default function ({ data }) {
  if (!data.target || data.number === done) return
  done = data.number
  let came = false
  const look = () => {
    const cell = document.querySelector(`.${CSS.escape(data.target)}`)
    if (!cell) return false
    if (!came && data.page) cell.scrollIntoView({ block: 'start' })
    if (!came && !data.page) showInPane(cell)
    came = true
    const range = data.line ? place(cell, data.line) : null
    if (range) follow(cell, range)
    return range || !data.line
  }
  if (look()) return
  const watcher = new MutationObserver(() => { if (look()) watcher.disconnect() })
  watcher.observe(document.body, { childList: true, subtree: true, characterData: true })
  setTimeout(() => watcher.disconnect(), PATIENCE)
}
