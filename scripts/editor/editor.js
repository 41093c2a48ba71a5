// The code editor of the Notebook page: CodeMirror 6 with what the page needs of it, in one file (scripts/build_editor.py).
import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionStatus, startCompletion } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { bracketMatching, defineLanguageFacet, HighlightStyle, indentOnInput, indentUnit, Language, syntaxHighlighting, syntaxTree } from '@codemirror/language'
import { python, pythonLanguage } from '@codemirror/lang-python'
import { EditorState } from '@codemirror/state'
import { EditorView, keymap, lineNumbers } from '@codemirror/view'
import { tags as t } from '@lezer/highlight'
import { parser } from '@lezer/markdown'

// Milliseconds without a key after which what was typed is kept.
const PAUSE = 1200

// --- what is offered while one types ---------------------------------------------------------------------------------

const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_]*$/u
// What stands before the string in `table["…`, `table.loc[:, ["a", "…` and their like.
const OWNER = /([\p{L}_][\p{L}\p{N}_]*)(?:\.(?:loc|iloc|at|iat))?\s*\[[^\][]*(?:\[[^\][]*)?$/u

// The names in the kernel's memory and the columns of its tables: `known` gives [name, type, columns or null] of each.
export function completions (known) {
  return context => {
    const node = syntaxTree(context.state).resolveInner(context.pos, -1)
    const word = context.matchBefore(/[\p{L}\p{N}_]*$/u)
    if (node.name === 'Comment') return null
    if (/String$/.test(node.name)) return inString(context, node, known())
    const before = context.state.sliceDoc(Math.max(0, word.from - 200), word.from)
    if (before.endsWith('.')) {
      const owner = /([\p{L}_][\p{L}\p{N}_]*)\.$/u.exec(before)
      const table = owner && known().find(([name]) => name === owner[1])
      const names = (table?.[2] ?? []).filter(column => IDENTIFIER.test(column))
      return names.length ? { from: word.from, options: names.map(label => ({ label, type: 'property' })), validFor: /^[\p{L}\p{N}_]*$/u } : null
    }
    if (word.from === word.to && !context.explicit) return null
    const options = known().map(([label, detail, columns]) => ({ label, detail, type: columns ? 'class' : detail === 'function' ? 'function' : 'variable', boost: 2 }))
    return { from: word.from, options, validFor: /^[\p{L}\p{N}_]*$/u }
  }
}

function inString (context, node, known) {
  const [opening] = /^\w*(?:"""|'''|"|')/.exec(context.state.sliceDoc(node.from, node.to)) ?? ['']
  const from = node.from + opening.length
  if (!opening || opening.length > 3 || context.pos < from) return null
  const quote = opening.at(-1)
  const before = context.state.sliceDoc(Math.max(0, node.from - 400), node.from)
  const owner = OWNER.exec(before)
  const own = owner && known.find(([name, , columns]) => name === owner[1] && columns)
  const tables = own ? [own] : known.filter(([, , columns]) => columns)
  const seen = new Map()
  for (const [name, , columns] of tables) for (const column of columns) if (!seen.has(column)) seen.set(column, name)
  if (!seen.size || (!own && !context.explicit && context.pos === from)) return null
  const options = [...seen].map(([label, detail]) => ({ label, detail, type: 'property', apply: label.replaceAll('\\', '\\\\').replaceAll(quote, '\\' + quote) }))
  return { from, options, validFor: /^[^"'\n]*$/ }
}

// --- how it looks -----------------------------------------------------------------------------------------------------

// Colours of the page's theme: they follow it from light to dark.
const colour = name => `var(--st-${name})`
const LOOK = EditorView.theme({
  '&': { color: colour('text-color'), backgroundColor: colour('code-background-color'), border: `1px solid ${colour('border-color')}`, borderRadius: colour('base-radius'), fontSize: '.875rem' },
  '&.cm-focused': { outline: 'none', borderColor: colour('primary-color'), boxShadow: `0 0 0 1px ${colour('primary-color')}` },
  '.cm-scroller': { fontFamily: colour('code-font'), lineHeight: '1.6' },
  '.cm-content': { padding: '.6rem 0', caretColor: colour('text-color'), minHeight: '1.5em' },
  '.cm-line': { padding: '0 .8rem 0 .6rem' },
  '.cm-gutters': { backgroundColor: 'transparent', color: colour('gray-text-color'), border: 'none', paddingLeft: '.8rem', fontSize: '.75rem' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: `color-mix(in srgb, ${colour('primary-color')} 25%, transparent)` },
  '.cm-tooltip': { backgroundColor: colour('background-color'), color: colour('text-color'), border: `1px solid ${colour('border-color')}`, borderRadius: '.5rem', boxShadow: '0 4px 16px rgba(0,0,0,.16)', overflow: 'hidden' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: colour('code-font'), fontSize: '.84rem', maxWidth: 'min(26rem, calc(100vw - 1.5rem))' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '.25rem .6rem', lineHeight: '1.4' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: `color-mix(in srgb, ${colour('primary-color')} 20%, transparent)`, color: colour('text-color') },
  '.cm-completionDetail': { opacity: '.6', fontStyle: 'normal', marginLeft: '.8rem' }
})
const CODE = HighlightStyle.define([
  { tag: [t.keyword, t.operatorKeyword, t.controlKeyword, t.definitionKeyword, t.moduleKeyword, t.modifier], color: colour('blue-text-color') },
  { tag: [t.string, t.special(t.string), t.regexp], color: colour('green-text-color') },
  { tag: [t.number, t.bool, t.null, t.self], color: colour('orange-text-color') },
  { tag: [t.function(t.variableName), t.function(t.definition(t.variableName)), t.function(t.propertyName), t.className, t.definition(t.className)], color: colour('violet-text-color') },
  { tag: [t.comment, t.meta], color: colour('gray-text-color'), fontStyle: 'italic' },
  { tag: t.invalid, color: colour('red-text-color') }
])
const PROSE = HighlightStyle.define([
  { tag: t.heading, fontWeight: '700' },
  { tag: t.strong, fontWeight: '700' },
  { tag: t.emphasis, fontStyle: 'italic' },
  { tag: [t.link, t.url], color: colour('blue-text-color') },
  { tag: t.monospace, color: colour('green-text-color') },
  { tag: [t.processingInstruction, t.quote], color: colour('gray-text-color') }
])
const MARKDOWN = new Language(defineLanguageFacet(), parser, [], 'markdown')

// --- one editor -------------------------------------------------------------------------------------------------------

// An editor in `parent` that calls `saved(source, base)` and `ran(source, base, next)`; `base` is what the words were made of.
export function mount (parent, data, { saved, ran }) {
  let known = data.names
  let base = data.text
  let sent = null
  let timer = 0
  const text = () => view.state.doc.toString()
  const save = () => {
    clearTimeout(timer)
    if (text() === (sent ?? base)) return true
    sent = text()
    saved(sent, base)
    return true
  }
  const run = next => () => {
    clearTimeout(timer)
    sent = text()
    ran(sent, base, next)
    return true
  }
  const leave = () => {
    if (completionStatus(view.state)) return false
    view.contentDOM.blur()
    return true
  }
  const code = data.kind === 'code'
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: data.text,
      selection: { anchor: data.text.length },
      extensions: [
        keymap.of([
          { key: 'Shift-Enter', run: run(true) },
          { key: 'Mod-Enter', run: run(false) },
          { key: 'Mod-s', run: save, preventDefault: true },
          { key: 'Tab', run: acceptCompletion },
          { key: 'Mod-Space', run: startCompletion },
          { key: 'Escape', run: leave },
          ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...(code ? [indentWithTab] : [])
        ]),
        history(), EditorView.lineWrapping, LOOK, indentUnit.of('    '), EditorState.tabSize.of(4),
        EditorView.contentAttributes.of({ 'aria-label': data.label, autocapitalize: 'off', autocorrect: 'off' }),
        EditorView.updateListener.of(update => {
          if (!update.docChanged) return
          clearTimeout(timer)
          timer = setTimeout(save, PAUSE)
        }),
        EditorView.domEventHandlers({ blur: () => { save() } }),
        ...(code
          ? [lineNumbers(), python(), pythonLanguage.data.of({ autocomplete: completions(() => known) }), syntaxHighlighting(CODE),
              bracketMatching(), closeBrackets(), indentOnInput(), autocompletion({ icons: false })]
          : [MARKDOWN, syntaxHighlighting(PROSE)])
      ]
    })
  })
  let focused = 0
  const focus = number => {
    if (number && number !== focused) view.focus()
    focused = number
  }
  focus(data.focus)
  return {
    update (next) {
      known = next.names
      focus(next.focus)
      if (next.text === base) return
      // What was sent has come, or somebody else has written here: their words are shown unless there are own ones to be kept.
      const own = text()
      if (next.text !== sent && next.text !== own) {
        if (own !== base && own !== sent) return
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next.text } })
        clearTimeout(timer)
      }
      base = next.text
      sent = null
    },
    destroy () {
      save()
      view.destroy()
    }
  }
}
