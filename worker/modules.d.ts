/** What wrangler makes of imports that are no code (wrangler.toml, `rules`). */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}

declare module '*.safetensors' {
  const file: ArrayBuffer;
  export default file;
}
