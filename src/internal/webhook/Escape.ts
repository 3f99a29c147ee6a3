/**
 * Text from the network, made safe to print.
 */

/**
 * Escapes control characters, line separators and the marks that change the direction of text, as `\u001b`. Without
 * this, such text could forge log lines or send escape sequences to a terminal.
 */
export const escapeControls = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  )
