// Offers names of tables and columns, and words of SQL, at the caret of the query box.
const BOX = '.st-key-sql textarea'
const MOST = 12
const THEME = ['background-color', 'secondary-background-color', 'text-color', 'border-color', 'primary-color']
const NAME = String.raw`(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_]*)`
const OWNER = new RegExp(String.raw`(${NAME})\.$`, 'u')
const NAMED = new RegExp(String.raw`(?:\b(?:from|join)\s+|,\s*)(${NAME})(?:\s+(?:as\s+)?(?!(?:${[
  'on', 'using', 'where', 'group', 'order', 'limit', 'join', 'left', 'right', 'inner', 'cross', 'full', 'natural', 'having',
  'union', 'qualify', 'window', 'asof', 'positional', 'semi', 'anti', 'select', 'from'].join('|')})\b)(${NAME}))?`, 'giu')

const bare = name => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name).toLowerCase()

// Where a quoted name that is still being written begins; -1 outside one, null in a text or a remark.
function opened (before) {
  let at = -1
  let mark = ''
  for (let i = 0; i < before.length; i++) {
    const two = before.slice(i, i + 2)
    if (mark) {
      if (mark === '\n' ? before[i] === '\n' : before.startsWith(mark, i)) {
        i += mark.length - 1
        mark = ''
      }
    } else if (before[i] === '"' || before[i] === "'") [mark, at] = [before[i], i]
    else if (two === '--') mark = '\n'
    else if (two === '/*') [mark, i] = ['*/', i + 1]
  }
  return mark === '"' ? at : mark ? null : -1
}

// A table stands there already: what follows it is a name for it, or the next part of the query.
const AFTER = new RegExp(String.raw`(?:\bfrom\s+|\bjoin\s+|,\s*)${NAME}\s+$`, 'iu')
const NAMING = /\bas\s+$/i

// What may stand at the caret, best first: `text` is put in place of what begins at `start`.
export function suggestions (text, caret, { words, tables }, asked = false) {
  const before = text.slice(0, caret)
  const quote = opened(before)
  const nothing = { start: caret, end: caret, items: [] }
  if (quote === null) return nothing
  const start = quote >= 0 ? quote : caret - /[\p{L}\p{N}_]*$/u.exec(before)[0].length
  const typed = before.slice(quote >= 0 ? start + 1 : start).toLowerCase()
  const owner = OWNER.exec(before.slice(0, start))
  const follows = AFTER.test(before.slice(0, start)) && quote < 0
  if (!typed && quote < 0 && !owner && !asked) return nothing
  if (quote < 0 && (/^\d/.test(typed) || NAMING.test(before.slice(0, start)))) return nothing
  // The rest of a word that the caret stands in goes with it.
  const end = caret + (quote >= 0 ? (/^[^"\n]*"/.exec(text.slice(caret)) ?? [''])[0] : /^[\p{L}\p{N}_]*/u.exec(text.slice(caret))[0]).length
  const byName = new Map(tables.map(table => [table.name.toLowerCase(), table]))
  const named = new Map()
  for (const [, name, alias] of text.matchAll(NAMED)) {
    const table = byName.get(bare(name))
    if (table) named.set(bare(alias ?? name), table)
  }
  let offered
  if (follows) {
    // One letter is as good as any for a name.
    offered = typed.length > 1 ? words.map(word => ({ text: word, shown: word, kind: '' })) : []
  } else if (owner) {
    const table = named.get(bare(owner[1])) ?? byName.get(bare(owner[1]))
    offered = table ? columns([table]) : []
  } else {
    offered = [...(named.size ? reached(named) : columns(tables)), ...tables.map(table =>
      ({ text: table.text, shown: table.name, kind: '▦' })), ...(quote < 0 ? words.map(word => ({ text: word, shown: word, kind: '' })) : [])]
  }
  const ranked = [[], []]
  const seen = new Set()
  for (const item of offered) {
    const place = item.shown.toLowerCase().indexOf(typed)
    if (place < 0 || seen.has(item.text) || (place > 0 && !item.kind)) continue
    seen.add(item.text)
    ranked[place ? 1 : 0].push(item)
    if (ranked[0].length >= MOST) break
  }
  const items = ranked.flat().slice(0, MOST)
  const whole = items.length === 1 && items[0].text.toLowerCase() === before.slice(start).toLowerCase()
  return { start, end, items: whole ? [] : items }
}

// The columns of the tables that a query names: one that several have needs the name of its table.
function reached (named) {
  const counts = new Map()
  for (const table of new Set(named.values())) for (const [shown] of table.columns) counts.set(shown.toLowerCase(), (counts.get(shown.toLowerCase()) ?? 0) + 1)
  return [...named].flatMap(([name, table]) => table.columns.map(([shown, text]) =>
    ({ text: counts.get(shown.toLowerCase()) > 1 ? `${table.name.toLowerCase() === name ? table.text : name}.${text}` : text, shown, kind: '▤', of: table.name })))
}

const columns = tables => [...tables].flatMap(table => table.columns.map(([shown, text]) => ({ text, shown, kind: '▤', of: table.name })))

let known = { words: [], tables: [] }
let root = null
let list = null
let items = []
let start = 0
let end = 0
let at = 0

function close (box) {
  list?.remove()
  list = null
  box?.removeAttribute('aria-activedescendant')
}

// Pixels from the box's corner to the caret: measured in a copy that breaks its lines as the box does.
function caretPlace (box) {
  const copy = document.createElement('div')
  const style = getComputedStyle(box)
  for (const name of ['font', 'letterSpacing', 'lineHeight', 'padding', 'border', 'boxSizing', 'tabSize']) copy.style[name] = style[name]
  copy.style.cssText += `;position:fixed;visibility:hidden;top:0;left:0;width:${box.clientWidth}px;white-space:pre-wrap;overflow-wrap:break-word`
  copy.textContent = box.value.slice(0, start)
  const mark = document.createElement('span')
  mark.textContent = '\u200b'
  copy.append(mark)
  document.body.append(copy)
  const place = [mark.offsetLeft, mark.offsetTop - box.scrollTop + mark.offsetHeight]
  copy.remove()
  return place
}

function show (box, asked = false) {
  close(box)
  if (box.selectionStart !== box.selectionEnd) return
  ({ start, end, items } = suggestions(box.value, box.selectionStart, known, asked))
  if (!items.length) return
  list = document.createElement('ul')
  list.id = 'lci-completions'
  list.setAttribute('role', 'listbox')
  list.setAttribute('aria-label', known.label)
  const theme = getComputedStyle(root)
  for (const name of THEME) list.style.setProperty(`--st-${name}`, theme.getPropertyValue(`--st-${name}`))
  items.forEach((item, number) => {
    const line = document.createElement('li')
    line.id = `lci-completion-${number}`
    line.setAttribute('role', 'option')
    const [kind, name, of] = [item.kind, item.shown, item.of ?? ''].map(part => {
      const span = document.createElement('span')
      span.textContent = part
      return span
    })
    kind.setAttribute('aria-hidden', 'true')
    line.append(kind, name, of)
    line.addEventListener('pointerdown', event => { event.preventDefault(); take(box, number) })
    list.append(line)
  })
  document.body.append(list)
  const [frame, [left, top]] = [box.getBoundingClientRect(), caretPlace(box)]
  const below = Math.min(frame.top + top, frame.bottom)
  // What stands under the box is to be clicked next: the list goes over it only where there is no other place.
  const fits = below + list.offsetHeight < Math.min(innerHeight, frame.bottom) || below - list.offsetHeight < 36
  list.style.left = `${Math.max(8, Math.min(frame.left + left, innerWidth - list.offsetWidth - 8))}px`
  list.style.top = `${fits ? below + 2 : Math.max(8, below - list.offsetHeight - 28)}px`
  box.setAttribute('aria-autocomplete', 'list')
  box.setAttribute('aria-controls', list.id)
  choose(box, 0)
}

function choose (box, number) {
  list.children[at]?.removeAttribute('aria-selected')
  at = (number + items.length) % items.length
  list.children[at].setAttribute('aria-selected', 'true')
  list.children[at].scrollIntoView({ block: 'nearest' })
  box.setAttribute('aria-activedescendant', list.children[at].id)
}

function take (box, number) {
  const item = items[number]
  close(box)
  box.focus()
  box.setSelectionRange(start, end)
  // Unlike a new value it can be undone, and the page is told as of any other typing.
  taking = true
  document.execCommand('insertText', false, item.text)
  taking = false
}

let taking = false

// What is pasted, or filled in as a whole, asks for nothing.
function typed (event) {
  if (!event.target.matches?.(BOX) || event.isComposing || taking) return
  if (list || event.type === 'compositionend' || [...event.data ?? ''].length === 1) show(event.target)
}

function pressed (event) {
  const box = event.target
  if (!box.matches?.(BOX) || event.isComposing) return
  if (event.key === ' ' && event.ctrlKey) show(box, true)
  else if (!list || event.ctrlKey || event.metaKey || event.altKey) return
  else if (event.key === 'Enter' && items[at].text.toLowerCase() === box.value.slice(start, box.selectionStart).toLowerCase()) {
    // It stands there already: Enter is a new line.
    close(box)
    return
  } else if (event.key === 'ArrowDown') choose(box, at + 1)
  else if (event.key === 'ArrowUp') choose(box, at - 1)
  else if (event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey)) take(box, at)
  else if (event.key === 'Escape') close(box)
  else {
    if (/^(Arrow|Home|End|Page)/.test(event.key)) close(box)
    return
  }
  event.preventDefault()
  event.stopPropagation()
}

const left = event => { if (event.target.matches?.(BOX)) close(event.target) }
const scrolled = event => { if (list && event.target !== list) close(document.querySelector(BOX)) }
const HEARD = [['input', typed], ['compositionend', typed], ['keydown', pressed], ['focusout', left], ['scroll', scrolled]]

export default function ({ data, parentElement }) {
  known = data
  root = parentElement instanceof ShadowRoot ? parentElement.host : parentElement
  for (const [name, heard] of HEARD) document.addEventListener(name, heard, true)
  return () => {
    close(document.querySelector(BOX))
    for (const [name, heard] of HEARD) document.removeEventListener(name, heard, true)
  }
}
