// Beside the notebook: its outline, which leads to a cell; a click on code, or two on text, take its cell in hand.
const CELLS = '[class*="st-key-nb_"]'
const id = cell => [...cell.classList].find(name => name.startsWith('st-key-nb_')).replace(/^st-key-nb_(now_)?/, '')
const SHOWN = { click: '[data-testid=stCode]', dblclick: '[data-testid=stMarkdown]' }
const WIDE = matchMedia('(min-width: 1360px)')

let tell = () => {}
const found = id => document.querySelector(`.st-key-nb_${CSS.escape(id)}, .st-key-nb_now_${CSS.escape(id)}`)

// What is only about to be drawn pushes what is below it: the cell is held in view until that has come to rest.
const PATIENCE = 8000
const REST = 1500
function follow (id) {
  let until = performance.now() + PATIENCE
  let came = false
  const stop = () => { until = 0 }
  for (const type of ['wheel', 'touchmove', 'keydown']) addEventListener(type, stop, { once: true })
  const step = () => {
    const cell = found(id)
    if (cell && !came) [came, until] = [true, performance.now() + REST]
    cell?.scrollIntoView({ block: 'start' })
    if (performance.now() < until) requestAnimationFrame(step)
  }
  step()
}

function lead (id) {
  const cell = found(id)
  if (cell) cell.scrollIntoView({ block: 'start', behavior: 'smooth' })
  else {
    tell('hidden', id)
    follow(id)
  }
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
  const shown = JSON.stringify(data.headings)
  if (list.dataset.shown !== shown) list.replaceChildren(...data.headings.map(({ cell, level, text }) => {
    const item = document.createElement('li')
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = text
    button.title = text
    button.style.paddingLeft = `${0.5 + (level - 1) * 0.7}rem`
    button.dataset.level = level
    button.onclick = () => lead(cell)
    item.append(button)
    return item
  }))
  list.dataset.shown = shown
  return () => {
    for (const type in SHOWN) document.removeEventListener(type, clicked)
    WIDE.onchange = null
  }
}
