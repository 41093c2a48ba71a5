// Brings a cell into view where it stands in the chat, also one that is only about to be drawn.
const PATIENCE = 5000
let done = 0

export default function ({ data }) {
  if (!data.target || data.number === done) return
  const look = () => {
    const cell = document.querySelector(`.${CSS.escape(data.target)}`)
    if (!cell) return false
    done = data.number
    cell.scrollIntoView({ block: 'start' })
    return true
  }
  if (look()) return
  const watcher = new MutationObserver(() => { if (look()) watcher.disconnect() })
  watcher.observe(document.body, { childList: true, subtree: true })
  setTimeout(() => watcher.disconnect(), PATIENCE)
}
