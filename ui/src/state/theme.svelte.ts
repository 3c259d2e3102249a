/** Dark, light or what the system says; kept between starts. `public/theme.js` applies it before the first paint. */

export type ThemeChoice = "system" | "dark" | "light";
const KEY = "tidegate.theme";
const CHOICES: ThemeChoice[] = ["system", "dark", "light"];

class Theme {
  choice = $state<ThemeChoice>(CHOICES.find((one) => one === localStorage.getItem(KEY)) ?? "system");
  #systemLight = $state(false);

  constructor() {
    const query = matchMedia("(prefers-color-scheme: light)");
    this.#systemLight = query.matches;
    query.addEventListener("change", () => {
      this.#systemLight = query.matches;
      this.#apply();
    });
    this.#apply();
  }

  /** What is shown. */
  get shown(): "dark" | "light" {
    if (this.choice !== "system") return this.choice;
    return this.#systemLight ? "light" : "dark";
  }

  set(choice: ThemeChoice): void {
    this.choice = choice;
    localStorage.setItem(KEY, choice);
    this.#apply();
  }

  /** The next choice in the order system, dark, light. */
  next(): void {
    this.set(CHOICES[(CHOICES.indexOf(this.choice) + 1) % CHOICES.length] ?? "system");
  }

  #apply(): void {
    document.documentElement.dataset.theme = this.shown;
  }
}

export const theme = new Theme();
