// Mounts the code editor, whose script the page fetches once and keeps, where the page has a cell being edited.
const mounted = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  const known = mounted.get(parentElement)
  const place = known ?? { editor: null, gone: false }
  place.data = data
  place.tell = setTriggerValue
  if (!known) {
    mounted.set(parentElement, place)
    const root = document.createElement('div')
    root.id = 'editor'
    parentElement.append(root)
    // The page takes keys that are typed in here for its own: Escape that closes a list is not to stop what runs.
    for (const type of ['keydown', 'keypress', 'keyup']) root.addEventListener(type, event => event.stopPropagation())
    // This script has no address of its own that a path could be below.
    import(new URL(data.script, document.baseURI).href).then(({ mount }) => {
      if (place.gone) return
      place.editor = mount(root, place.data, {
        saved: (source, base) => place.tell('saved', { source, base }),
        ran: (source, base, next) => place.tell('ran', { source, base, next })
      })
    })
  }
  place.editor?.update(data)
  return () => {
    place.gone = true
    place.editor?.destroy()
    mounted.delete(parentElement)
  }
}
