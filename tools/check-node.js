// The tools of this workspace are TypeScript that Node runs by itself, which takes 22.18. npm puts the carried Node in
// front of PATH; when that did not happen, say so instead of failing with a syntax error.
// Plain JavaScript: it has to run on the Node it complains about.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`The tools need Node.js 22.18 or newer, this is ${process.version} (${process.execPath}).`);
  console.error('Run `npm ci`: it brings its own Node.js, which `npm test` and `npm run` then use.');
  process.exit(1);
}
