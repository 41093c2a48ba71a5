// A frame says how high its content is; nobody else can know, for it is an origin of its own.
const LEAST = 40
const MOST = 1600

export default function () {
  const heard = (event) => {
    const height = event.data?.lciHeight
    if (typeof height !== "number" || !(height > 0)) return
    for (const frame of document.querySelectorAll("iframe")) {
      if (frame.contentWindow === event.source) {
        frame.style.height = `${Math.min(MOST, Math.max(LEAST, Math.ceil(height) + 4))}px`
      }
    }
  }
  window.addEventListener("message", heard)
  return () => window.removeEventListener("message", heard)
}
