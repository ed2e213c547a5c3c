// No validator: the page asks nobody but the server that it came from.
window.ui = SwaggerUIBundle({
  url: "../openapi/v1.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
});
