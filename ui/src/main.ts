import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/jetbrains-mono/index.css";
import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import { connect } from "./backend";
import "./tokens.css";

const target = document.getElementById("app");
if (!target) throw new Error("the page has no #app");
await connect();
mount(App, { target });
