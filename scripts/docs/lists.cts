/** Which endpoints answer with a list, in as few letters as the form of API > Call can tell it. */
import data from '../../nodes/Wecom/resources/api/catalog/data/endpoints.json';
import {
	decodeEndpoints,
	type EndpointsFile,
} from '../../nodes/Wecom/resources/api/catalog/format';

export const LISTS_FILE = 'nodes/Wecom/resources/api/catalog/lists.json';
const LONGEST = 12;
/** What a condition costs beside its letters, and what one endpoint costs that has to be taken out again. */
const CONDITION = 26;
const MISTAKE = 12;

/**
 * The file with the pieces of IDs: an endpoint has a list if it has one of `show` and none of `hide`. `^` and `$` stand for the
 * beginning and the end.
 */
export function renderLists(): string {
	const endpoints = decodeEndpoints(data as unknown as EndpointsFile);
	const ids = (listed: boolean) =>
		endpoints.filter(({ list }) => (list !== undefined) === listed).map(({ id }) => `^${id}$`);
	const [listed, others] = [piecesOf(ids(true)), piecesOf(ids(false))];
	const mistakes = new Set<string>();
	const show = cover(ids(true), listed, (piece) => {
		const more = [...(others.get(piece) ?? [])].filter((id) => !mistakes.has(id));
		return [more.length * MISTAKE, () => more.forEach((id) => mistakes.add(id))];
	});
	const harmless = new Map([...others].filter(([piece]) => !listed.has(piece)));
	const hide = cover([...mistakes], harmless, () => [0, () => {}]);
	return `${JSON.stringify({ show: show.join(' '), hide: hide.join(' ') }, undefined, '\t')}\n`;
}

/** Pieces of which every ID has one, the best worth first; `price` says what one costs more, and is told when it is taken. */
function cover(
	ids: string[],
	pieces: Map<string, Set<string>>,
	price: (piece: string) => [more: number, taken: () => void],
): string[] {
	const left = new Set(ids);
	const chosen: string[] = [];
	while (left.size > 0) {
		let best = { piece: '', worth: 0 };
		for (const [piece, having] of pieces) {
			const count = [...having].filter((id) => left.has(id)).length;
			if (count === 0) continue;
			const worth = count / (piece.length + CONDITION + price(piece)[0]);
			if (worth > best.worth) best = { piece, worth };
		}
		chosen.push(best.piece);
		price(best.piece)[1]();
		for (const id of pieces.get(best.piece)!) left.delete(id);
	}
	return chosen;
}

/** Every piece of the IDs, and those that have it. */
function piecesOf(ids: string[]): Map<string, Set<string>> {
	const found = new Map<string, Set<string>>();
	const add = (piece: string, id: string) =>
		found.set(piece, (found.get(piece) ?? new Set()).add(id));
	for (const id of ids) {
		add(id, id);
		for (let from = 0; from < id.length; from++)
			for (let to = from + 2; to <= Math.min(id.length, from + LONGEST); to++)
				add(id.slice(from, to), id);
	}
	return found;
}
