// Text inside Markdown, made harmless.

/** Names come from images: nothing of them may become a link, a mention, HTML or another cell. */
export function inlineMarkdown(text: string): string {
  return text
    .replace(/[\\`*_[\]|#~]/g, (character) => `\\${character}`)
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/@/g, '@\u200b')
    .replace(/[\r\n]+/g, ' ');
}
