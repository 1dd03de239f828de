/* Elements that scripts add to pages. */

export function element(tag, properties = {}, ...content) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...content);
  return made;
}

// As the design system shows one under a field.
export const message = (severity, ...content) => element("p", { className: `fr-message fr-message--${severity}` }, ...content);
