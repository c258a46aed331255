/** What the generated documents have in common. */

const PAGES = 'https://developer.work.weixin.qq.com/document/path';

/** A link to one of WeCom's pages by its number. */
export const pageLink = (doc: number): string => `[${doc}](${PAGES}/${doc})`;

/** The anchor of a heading, as GitHub makes it. */
export const anchor = (heading: string): string =>
	heading
		.toLowerCase()
		.replace(/[^\p{L}\p{M}\p{N}_ -]/gu, '')
		.replaceAll(' ', '-');
