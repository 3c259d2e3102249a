/** The type of a model's input or output in words. Pure. */
import type { PortKind } from "../backend/types";

/** `f32 [batch, 30]`, `sequence of map i64 → f32`. An unknown dimension is `?`, an unknown shape `any shape`. */
export function portType(kind: PortKind): string {
  switch (kind.kind) {
    case "tensor": {
      if (!kind.shape) return `${kind.element}, any shape`;
      return kind.shape.length
        ? `${kind.element} [${kind.shape.map((dim) => dim ?? "?").join(", ")}]`
        : `${kind.element} scalar`;
    }
    case "sequence":
      return `sequence of ${portType(kind.item)}`;
    case "map":
      return `map ${kind.key} → ${portType(kind.value).replace(/ scalar$|, any shape$/, "")}`;
    case "optional":
      return `optional ${portType(kind.item)}`;
  }
}
