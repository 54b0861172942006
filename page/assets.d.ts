/** The bundler copies these files under a name with their hash and puts that URL in their place. */
declare module '*.wasm' {
  const url: string;
  export default url;
}

declare module '*.jpg' {
  const url: string;
  export default url;
}

declare module '*.css';
