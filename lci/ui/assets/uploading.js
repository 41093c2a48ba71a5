// Files sent to the upload route one beside another, with progress; a folder keeps its structure.
// What is shown of them is text: names come from anywhere.
const AT_ONCE = 3
const SHOWN = 5
// By the address they go to: an upload goes on while its tab is not drawn.
const running = (globalThis.lciUploads ??= new Map())

export default function ({ data, parentElement, setTriggerValue }) {
  const find = (name) => parentElement.querySelector(name)
  const words = data.words
  const said = (text, facts) => text.replace(/{(\w+)}/g, (_, name) => facts[name])
  find('.hint').textContent = words.drop
  find('.files').textContent = words.files
  find('.folder').textContent = words.folder
  find('.cancel').textContent = words.cancel
  find('progress').setAttribute('aria-label', words.drop)

  const batch = () => running.get(data.url)

  function draw() {
    const now = batch()
    if (!now) return
    const busy = now.active > 0 || now.waiting.length > 0
    find('progress').hidden = find('.cancel').hidden = !busy
    find('progress').value = now.bytes ? Math.min(1, (now.sent + sum(now.partly.values())) / now.bytes) : 0
    const [name, at] = [...now.partly].at(-1) ?? ['', 0]
    const megabytes = (count) => (count / 1e6).toLocaleString(undefined, { maximumFractionDigits: 1 })
    const done = said(now.cancelled ? words.cancelled : words.done, { count: now.names.length })
    const parts = busy
      ? [said(words.at, { at: now.count - now.waiting.length, count: now.count }),
         name && said(words.progress, { name, sent: megabytes(at), size: megabytes(now.sizes.get(name) ?? 0) })]
      : [done]
    if (now.hidden) parts.push(said(words.hidden, { count: now.hidden }))
    find('.status').textContent = parts.filter(Boolean).join(' · ')
    find('.wrongs').replaceChildren(...now.wrongs.slice(0, SHOWN).map((sentence) => {
      const line = document.createElement('p')
      line.className = 'wrong'
      line.textContent = sentence
      return line
    }))
  }

  function next(now) {
    while (now.active < AT_ONCE && now.waiting.length) {
      const { name, file } = now.waiting.shift()
      send(now, name, file)
    }
    if (!now.active && !now.waiting.length && !now.told) {
      now.told = true
      now.finish(now.names)
    }
    now.draw()
  }

  function send(now, name, file) {
    const request = new XMLHttpRequest()
    now.active += 1
    now.requests.add(request)
    now.partly.set(name, 0)
    now.sizes.set(name, file.size)
    request.upload.onprogress = (event) => { now.partly.set(name, event.loaded); now.draw() }
    request.onloadend = () => {
      now.active -= 1
      now.requests.delete(request)
      now.partly.delete(name)
      now.sent += file.size
      let answer = null
      try { answer = JSON.parse(request.responseText) } catch { answer = null }
      if (request.status === 200 && answer) now.names.push(answer.name)
      else if (!now.cancelled) now.wrongs.push(`${name}: ${answer?.message ?? words.failed}`)
      next(now)
    }
    request.open('POST', `${data.url}?name=${encodeURIComponent(name)}`)
    request.send(file)
  }

  function begin(chosen) {
    const visible = chosen.filter(({ path }) => !path.split('/').some((part) => part.startsWith('.')))
    const hidden = chosen.length - visible.length
    const now = batch()
    const goes = now && (now.active || now.waiting.length)
    const fresh = goes ? now : {
      waiting: [], active: 0, names: [], wrongs: [], requests: new Set(), partly: new Map(), sizes: new Map(),
      bytes: 0, sent: 0, count: 0, hidden: 0, cancelled: false,
    }
    fresh.told = false
    fresh.draw = draw
    fresh.finish = (names) => setTriggerValue('uploaded', names)
    fresh.hidden += hidden
    running.set(data.url, fresh)
    if (visible.length > data.most) fresh.wrongs.push(said(words.too_many, { most: data.most }))
    else {
      const sorted = placed(visible).sort((a, b) => (a.path < b.path ? -1 : 1))
      for (const { path, file } of sorted) {
        fresh.waiting.push({ name: path, file })
        fresh.bytes += file.size
        fresh.count += 1
      }
    }
    next(fresh)
  }

  // Names beneath the one folder that was chosen; with its own name where something of that name is there already.
  function placed(chosen) {
    const tops = new Set(chosen.map(({ path }) => path.split('/')[0]))
    if (tops.size !== 1 || !chosen.every(({ path }) => path.includes('/'))) return chosen
    const below = chosen.map(({ path, file }) => ({ path: path.slice(path.indexOf('/') + 1), file }))
    const taken = new Set(data.taken)
    if (!below.some(({ path }) => taken.has(path.split('/')[0]))) return below
    const [top] = tops
    let own = top
    for (let number = 2; taken.has(own); number += 1) own = `${top} (${number})`
    return below.map(({ path, file }) => ({ path: `${own}/${path}`, file }))
  }

  const sum = (numbers) => [...numbers].reduce((total, each) => total + each, 0)

  async function dropped(transfer) {
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean)
    const chosen = []
    for (const entry of entries) await walk(entry, chosen)
    return chosen
  }

  async function walk(entry, chosen) {
    if (chosen.length > data.most) return
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject)).catch(() => null)
      if (file) chosen.push({ path: entry.fullPath.replace(/^\//, ''), file })
    } else {
      const reader = entry.createReader()
      for (;;) {
        const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)).catch(() => [])
        if (!some.length) break
        for (const inner of some) await walk(inner, chosen)
      }
    }
  }

  const taken = (input) => {
    const chosen = [...input.files].map((file) => ({ path: file.webkitRelativePath || file.name, file }))
    input.value = ''
    if (chosen.length) begin(chosen)
  }
  const zone = find('.zone')
  find('.files').onclick = () => find('.pick-files').click()
  find('.folder').onclick = () => find('.pick-folder').click()
  find('.pick-files').onchange = (event) => taken(event.target)
  find('.pick-folder').onchange = (event) => taken(event.target)
  find('.cancel').onclick = () => {
    const now = batch()
    now.cancelled = true
    now.waiting.length = 0
    for (const request of [...now.requests]) request.abort()
    next(now)
  }
  zone.ondragover = (event) => { event.preventDefault(); zone.classList.add('over') }
  zone.ondragleave = () => zone.classList.remove('over')
  zone.ondrop = async (event) => {
    event.preventDefault()
    event.stopPropagation()
    zone.classList.remove('over')
    const chosen = await dropped(event.dataTransfer)
    if (chosen.length) begin(chosen)
  }
  const now = batch()
  if (now) {
    now.draw = draw
    now.finish = (names) => setTriggerValue('uploaded', names)
    draw()
  }
}
