// A frame says how high its content is; nobody else can know, for it is an origin of its own.
const LEAST = 40
const MOST = 1600

export default function () {
  const heard = (event) => {
    const { lciHeight: height, lciPage: begun } = event.data ?? {}
    const measured = typeof height === "number" && height > 0
    if (!measured && typeof begun !== "string") return
    for (const frame of document.querySelectorAll("iframe")) {
      if (frame.contentWindow !== event.source) continue
      // A frame that Streamlit gives another page keeps its element, and with it the height of the page before.
      frame.style.height = measured ? `${Math.min(MOST, Math.max(LEAST, Math.ceil(height) + 4))}px` : ""
    }
  }
  window.addEventListener("message", heard)
  return () => window.removeEventListener("message", heard)
}
