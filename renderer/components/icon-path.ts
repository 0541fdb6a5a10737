/** The shapes of an icon as the data of one path. The geometry is SVG's: https://www.w3.org/TR/SVG2/shapes.html */

type Shape = readonly [tag: string, attributes: Readonly<Record<string, string | number | undefined>>];

/** @throws for a shape that no icon of ours has had so far */
export function pathOf(shapes: readonly Shape[]): string {
  return shapes.map(shapePath).join('');
}

function shapePath([tag, attributes]: Shape): string {
  const of = (name: string) => Number(attributes[name] ?? 0);
  switch (tag) {
    case 'path':
      // A relative start counts from where the shape before ended.
      return String(attributes.d).replace(/^m/, 'M0 0m');
    case 'line':
      return `M${of('x1')} ${of('y1')}L${of('x2')} ${of('y2')}`;
    case 'polyline':
      return `M${attributes.points}`;
    case 'polygon':
      return `M${attributes.points}z`;
    case 'circle':
      return ellipse(of('cx'), of('cy'), of('r'), of('r'));
    case 'ellipse':
      return ellipse(of('cx'), of('cy'), of('rx'), of('ry'));
    case 'rect':
      // One radius given stands for both.
      return rectangle(of('x'), of('y'), of('width'), of('height'), of('rx') || of('ry'));
    default:
      throw new Error(`An icon has a <${tag}>, which is not made a path yet.`);
  }
}

function ellipse(x: number, y: number, rx: number, ry: number): string {
  return `M${x - rx} ${y}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0z`;
}

function rectangle(x: number, y: number, width: number, height: number, radius: number): string {
  const corner = (dx: number, dy: number) => `a${radius} ${radius} 0 0 1 ${dx * radius} ${dy * radius}`;
  const across = width - 2 * radius;
  const down = height - 2 * radius;
  return (
    `M${x + radius} ${y}h${across}${corner(1, 1)}v${down}${corner(-1, 1)}` +
    `h${-across}${corner(-1, -1)}v${-down}${corner(1, -1)}z`
  );
}
