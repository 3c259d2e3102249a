// A program on this machine that alerts are sent to.
import { createServer } from "node:http";

/** Takes every message; `got` holds them as they came, parsed. */
export async function receiver() {
  const got = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    got.push(JSON.parse(body));
    response.writeHead(204).end();
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    got,
    url: `http://127.0.0.1:${server.address().port}/hook`,
    close: () => new Promise((done) => (server.closeAllConnections(), server.close(done))),
  };
}
