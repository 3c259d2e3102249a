// Writes src/backend/api.ts from openapi.json, which `tidegate openapi` writes.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import { format, resolveConfig } from "prettier";
import ts from "typescript";

// A value that holds values of its own kind: written out by hand, since an interface's property can't name itself.
const CELL = "export type Cell = null | boolean | number | string | Cell[];\n\n";

const document = JSON.parse(await readFile(new URL("openapi.json", import.meta.url), "utf8"));
const ast = await openapiTS(document, {
  transform: (_, { path }) =>
    path === "#/components/schemas/Cell" ? ts.factory.createTypeReferenceNode("Cell") : undefined,
});
const target = new URL("src/backend/api.ts", import.meta.url);
const head = "/** Generated from openapi.json by `npm run types`; not to be edited. */\n\n";
const options = { ...(await resolveConfig(target)), parser: "typescript" };
await writeFile(target, await format(head + CELL + astToString(ast), options));
