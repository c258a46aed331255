/** Reads a multipart/form-data body byte by byte as WeCom does: parameters of a part are taken from its raw UTF-8 header. */

export interface Part {
	/** Parameters of Content-Disposition as sent (`name`, `filename`, `filelength`, `filename*`, ...). */
	parameters: Record<string, string>;
	contentType: string;
	content: Buffer;
}

const HEADER_END = Buffer.from('\r\n\r\n');

/** Reads the parts of a body; an empty list when it is not well-formed multipart. */
export function parseMultipart(body: Buffer, contentType = ''): Part[] {
	const boundary = /^multipart\/form-data\b.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
	if (!boundary) return [];
	const delimiter = Buffer.from(`--${boundary[1] ?? boundary[2]}`);
	const parts: Part[] = [];
	let start = body.indexOf(delimiter);
	while (start >= 0) {
		start += delimiter.length;
		const end = body.indexOf(delimiter, start);
		if (end < 0) break;
		// A part lies between "\r\n" after its delimiter and "\r\n" before the next one.
		parts.push(...parsePart(body.subarray(start + 2, end - 2)));
		start = end;
	}
	return parts;
}

function parsePart(part: Buffer): Part[] {
	const split = part.indexOf(HEADER_END);
	if (split < 0) return [];
	const header = part.subarray(0, split).toString('utf8');
	return [
		{
			parameters: dispositionParameters(/^content-disposition:(.*)$/im.exec(header)?.[1] ?? ''),
			contentType: /^content-type:\s*(.*?)\s*$/im.exec(header)?.[1] ?? '',
			content: part.subarray(split + HEADER_END.length),
		},
	];
}

function dispositionParameters(value: string): Record<string, string> {
	const pairs = value.matchAll(/;\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g);
	return Object.fromEntries(
		[...pairs].map(([, name, quoted, plain]) => [
			name.toLowerCase(),
			quoted?.replace(/\\(["\\])/g, '$1') ?? plain,
		]),
	);
}
