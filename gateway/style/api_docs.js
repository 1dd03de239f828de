// Swagger UI on a page of /api/docs. The token that is typed is kept by this page alone, until it is left. What the page has
// already, a heading of its first level and a main part, is taken away from Swagger UI.

import SwaggerUIBundle from "swagger-ui-dist/swagger-ui-bundle.js";

const description = document.getElementById("description");
SwaggerUIBundle({
  domNode: description,
  url: description.dataset.address,
  deepLinking: true,
  defaultModelsExpandDepth: -1,
  plugins: [{ wrapComponents: { InfoContainer: () => () => null } }],
  onComplete: () => description.querySelector("main").setAttribute("role", "presentation"),
});
