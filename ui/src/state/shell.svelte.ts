/** What floats over every screen and can be asked for from anywhere. */
class Shell {
  palette = $state(false);
  samples = $state(false);
}

export const shell = new Shell();
