/** `87 %`: a score in a picture. */
export const scoreText = (score: number): string => `${Math.round(100 * score)} %`;
