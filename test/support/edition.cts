/**
 * Run as a program with a folder: compiles the Chinese edition into it, and writes beside it which texts the package has. The
 * compiler takes several times as long within jest.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { translateData } from '../../scripts/locales/data.cts';
import { neededTexts, readTable } from '../../scripts/locales/table.cts';
import { packageProgram, translating } from '../../scripts/locales/texts.cts';

const [, , folder] = process.argv;
const table = readTable();
const program = packageProgram({ outDir: folder });
program.emit(undefined, undefined, undefined, false, { before: [translating(program, table)] });
translateData(folder, table);
writeFileSync(join(folder, 'texts.json'), JSON.stringify([...neededTexts(program)]));
