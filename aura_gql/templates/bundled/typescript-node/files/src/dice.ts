import { randomInt } from 'node:crypto';

export interface Roll {
  dice: string;
  faces: number[];
  total: number;
}

/** Rolls dice named as players do (`3d20`: three of twenty sides); undefined for any other text. */
export function rollDice(dice: string): Roll | undefined {
  const match = /^([1-9]\d?)d([1-9]\d{0,2})$/.exec(dice);
  if (!match) return undefined;
  const count = Number(match[1]);
  const sides = Number(match[2]);
  const faces = Array.from({ length: count }, () => randomInt(1, sides + 1));
  return { dice, faces, total: faces.reduce((sum, face) => sum + face, 0) };
}
