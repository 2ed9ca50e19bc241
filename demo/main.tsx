import { createRoot } from "react-dom/client";
import { readConfig } from "./config.ts";
import { createApp } from "./create_app.ts";
import { Page } from "./parts/page.tsx";

const config = readConfig();
const app = config && createApp(config);
createRoot(document.getElementById("page")!).render(<Page app={app} />);
