// On a phone the sidebar lies over the page: it goes away once something in it has led to one.
const PHONE = matchMedia('(max-width: 768px)')
const LEADS = ['.st-key-pages a', '[class*=st-key-conversation_] button', '.st-key-new_conversation button']
  .map(each => `[data-testid=stSidebar] ${each}`).join()
const CLOSE = '[data-testid=stSidebarCollapseButton] button'
let listening = false

export default function () {
  if (listening) return
  listening = true
  document.addEventListener('click', event => {
    if (!PHONE.matches || !event.target.closest?.(LEADS)) return
    // What was clicked does its own first.
    setTimeout(() => document.querySelector(CLOSE)?.click())
  })
}
