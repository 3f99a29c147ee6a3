/** Escapes a text for HTML, also for attributes. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** The CSS that the sandbox's pages share. */
export const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #2f5bea; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; }
h1, h2 { font-weight: 600; line-height: 1.2; margin: 0; }
button { font: inherit; padding: .5em 1.1em; border: 1px solid var(--line); border-radius: 6px; cursor: pointer;
  background: transparent; color: inherit; }
button.main { background: var(--accent); border-color: var(--accent); color: #fff; }
button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`
