/* Elements that scripts add to pages. */

export function element(tag, properties = {}, ...content) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...content);
  return node;
}

// As the design system shows one under a field.
export const message = (severity, ...content) => element("p", { className: `fr-message fr-message--${severity}` }, ...content);
