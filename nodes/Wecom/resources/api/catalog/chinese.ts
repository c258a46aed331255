import type { EndpointHead } from './format';

/** The Chinese names in `chinese.json`: searched in every edition, shown in the Chinese one. */
export interface ChineseNames {
	/** Whether lists show them; the build of the Chinese edition sets it. */
	shown: boolean;
	/** By the English name of the category. */
	categories: Record<string, string>;
	/** By the ID of the endpoint. */
	names: Record<string, string>;
}

let names: Promise<ChineseNames> | undefined;

/** Nothing is read before it is needed. */
export async function chineseNames(): Promise<ChineseNames> {
	return await (names ??= import('./chinese.json').then(
		(file: { default: unknown }) => file.default as ChineseNames,
	));
}

/** The Chinese name for people: says, as the English one does, when WeCom has replaced or dropped the endpoint. */
export function chineseName(
	{ names: known }: ChineseNames,
	{ id, status }: Pick<EndpointHead, 'id' | 'status'>,
): string {
	const name = known[id] ?? '';
	return status === 'current' || name.includes('旧') ? name : `${name}（旧）`;
}
