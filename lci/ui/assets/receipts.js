// Opens the receipt of a number that is clicked in an answer, or chosen with the keyboard: its link leads nowhere else.
export default function ({ setTriggerValue }) {
  const open = event => {
    const link = event.target.closest?.('a[href^="#receipt_"]')
    if (!link) return
    event.preventDefault()
    event.stopPropagation()
    setTriggerValue('opened', link.getAttribute('href').slice(1))
  }
  document.addEventListener('click', open, true)
  return () => document.removeEventListener('click', open, true)
}
