// Beside the notebook: its outline, which leads to a cell; a click on code, or two on text, take its cell in hand.
const CELLS = '[class*="st-key-nb_"]'
const id = cell => [...cell.classList].find(name => name.startsWith('st-key-nb_')).replace(/^st-key-nb_(now_)?/, '')
const SHOWN = { click: '[data-testid=stCode]', dblclick: '[data-testid=stMarkdown]' }
const WIDE = matchMedia('(min-width: 1360px)')

let tell = () => {}
// A heading whose cell is not drawn yet.
let wanted = ''

function lead (id) {
  const cell = document.querySelector(`.st-key-nb_${CSS.escape(id)}, .st-key-nb_now_${CSS.escape(id)}`)
  cell?.scrollIntoView({ block: 'start', behavior: 'smooth' })
  return !!cell
}

function clicked (event) {
  const cell = event.target.closest?.(SHOWN[event.type])?.closest(CELLS)
  // What was selected is to be copied; links, buttons and outputs do what they are for.
  const selected = event.type === 'click' && !getSelection().isCollapsed
  if (!cell || selected || event.target.closest('a, button, [class*="st-key-nbout_"]')) return
  tell('picked', id(cell))
}

export default function ({ data, parentElement, setTriggerValue }) {
  tell = setTriggerValue
  for (const type in SHOWN) document.addEventListener(type, clicked)
  const outline = parentElement.querySelector('details')
  const list = parentElement.querySelector('ul')
  outline.querySelector('summary').textContent = data.title
  outline.hidden = !data.headings.length
  const arrange = () => { outline.open = WIDE.matches }
  if (!outline.dataset.ready) {
    outline.dataset.ready = 'yes'
    arrange()
  }
  WIDE.onchange = arrange
  list.replaceChildren(...data.headings.map(({ cell, level, text }) => {
    const item = document.createElement('li')
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = text
    button.title = text
    button.style.paddingLeft = `${0.5 + (level - 1) * 0.7}rem`
    button.dataset.level = level
    button.onclick = () => lead(cell) || ([wanted] = [cell], tell('hidden', cell))
    item.append(button)
    return item
  }))
  if (wanted) requestAnimationFrame(() => { if (wanted && lead(wanted)) wanted = '' })
  return () => {
    for (const type in SHOWN) document.removeEventListener(type, clicked)
    WIDE.onchange = null
  }
}
