import { createApp } from "./app.js";

const { CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, API_KEY: apiKey, PORT = "3000" } = process.env;
createApp({ clientId, clientSecret, apiKey }).listen(Number(PORT), "127.0.0.1", () => {
  console.log(`Connect at http://127.0.0.1:${PORT}/connect`);
});
