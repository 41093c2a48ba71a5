// A page of a table with what is known of each column above it. All text comes from files: it is only ever text.
function make(name, classes, text) {
  const element = document.createElement(name)
  if (classes) element.className = classes
  if (text !== undefined) element.textContent = text
  return element
}

function press(classes, tip, act) {
  const button = make("button", classes)
  button.type = "button"
  button.title = tip
  button.setAttribute("aria-label", tip)
  if (act) button.onclick = act
  else button.disabled = true
  return button
}

function bars(column, pick) {
  const box = make("div", "bars")
  const highest = Math.max(1, ...column.bars.map((bar) => bar.rows))
  column.bars.forEach((bar, at) => {
    const button = press("", bar.tip, () => pick("bar", at))
    const drawn = make("i")
    drawn.style.height = `${(100 * bar.rows) / highest}%`
    button.append(drawn)
    box.append(button)
  })
  return box
}

function values(column, pick) {
  const box = make("div", "top")
  // As many as there is room for.
  column.top.slice(0, 4).forEach((value, at) => {
    const button = press("", value.tip, () => pick("value", at))
    const share = make("b")
    share.style.width = `${100 * value.share}%`
    button.append(share, make("span", "", value.label), make("span", "", value.count))
    box.append(button)
  })
  return box
}

function head(column, words, send) {
  const cell = make("th")
  cell.scope = "col"
  cell.setAttribute("aria-sort", column.sorted || "none")
  const pick = (kind, at) => send({kind, column: column.at, at: at ?? 0})
  const name = press("name", column.sorts ? `${words.sort} ${column.name}` : column.name, column.sorts ? () => pick("sort") : null)
  name.append(make("span", "", column.name), make("span", "arrow", {ascending: "↑", descending: "↓"}[column.sorted] || ""))
  cell.append(name, make("span", "type", column.dtype))
  if (column.known) {
    const spread = make("div", "spread")
    if (column.bars.length) spread.append(bars(column, pick))
    else if (column.top.length) spread.append(values(column, pick))
    const ends = make("div", "ends")
    ends.append(make("span", "", column.low), make("span", "", column.high))
    const share = press("share", column.missing_tip, column.missing_rows ? () => pick("missing") : null)
    const line = make("em")
    const gone = make("i")
    gone.style.width = `${100 * column.missing_share}%`
    line.append(gone)
    share.append(make("span", "", column.missing), line, make("span", "", column.distinct))
    cell.append(spread, ends, share)
  }
  return cell
}

function headed(data, send) {
  const heads = make("tr")
  heads.append(make("th", "at"))
  data.columns.forEach((column) => heads.append(head(column, data.words, send)))
  const top = make("thead")
  top.append(heads)
  return top
}

function filled(data) {
  const body = make("tbody")
  data.rows.forEach((row, at) => {
    const line = make("tr")
    line.append(make("td", "at", (data.offset + at + 1).toString()))
    row.forEach((text, place) => {
      const number = data.columns[place].number ? "number" : ""
      const cell = make("td", text === null ? `${number} missing` : number, text === null ? "–" : text)
      if (text !== null && text.length > 30) cell.title = text
      line.append(cell)
    })
    body.append(line)
  })
  return body
}

function empty(parent, label) {
  const grid = make("div", "grid")
  grid.tabIndex = 0
  grid.setAttribute("role", "region")
  grid.setAttribute("aria-label", label)
  const table = make("table")
  table.append(make("thead"), make("tbody"))
  grid.append(table)
  parent.append(grid)
  return grid
}

// What stays the same stays in its place: a button that is replaced under a pressed finger never hears of the click.
export default function ({data, parentElement, setTriggerValue}) {
  const grid = parentElement.querySelector(".grid") || empty(parentElement, data.words.rows)
  const table = grid.firstChild
  grid.send = (pick) => setTriggerValue("pick", pick)
  const heads = JSON.stringify([data.columns, data.words])
  if (grid.heads !== heads) table.tHead.replaceWith(headed(data, (pick) => grid.send(pick)))
  grid.heads = heads
  table.tBodies[0].replaceWith(filled(data))
}
