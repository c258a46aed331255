/** An animated WebP from single ones: the pictures are taken by Chromium, which writes no animations itself. */

export interface Frame {
	/** A whole WebP file, of the same size as the others. */
	webp: Buffer;
	milliseconds: number;
}

const chunk = (name: string, data: Buffer): Buffer => {
	const head = Buffer.alloc(8);
	head.write(name);
	head.writeUInt32LE(data.length, 4);
	return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
};

/** The chunks of a WebP file that hold its picture, as they are. */
function picture(webp: Buffer): Buffer {
	const parts: Buffer[] = [];
	for (let at = 12; at + 8 <= webp.length; ) {
		const size = webp.readUInt32LE(at + 4);
		const end = at + 8 + size + (size % 2);
		if (['VP8 ', 'VP8L', 'ALPH'].includes(webp.toString('latin1', at, at + 4)))
			parts.push(webp.subarray(at, end));
		at = end;
	}
	return Buffer.concat(parts);
}

/** Puts the frames together into an animation that repeats without end. `width` and `height` are in pixels. */
export function animate(frames: Frame[], width: number, height: number): Buffer {
	const size = Buffer.alloc(6);
	size.writeUIntLE(width - 1, 0, 3);
	size.writeUIntLE(height - 1, 3, 3);
	const animated = 0x02;
	const shown = frames.map(({ webp, milliseconds }) => {
		const head = Buffer.alloc(10);
		size.copy(head, 0);
		head.writeUIntLE(milliseconds, 6, 3);
		const place = Buffer.alloc(6); // Zeros mean the top left.
		const replaces = Buffer.from([0x02]);
		return chunk('ANMF', Buffer.concat([place, head.subarray(0, 9), replaces, picture(webp)]));
	});
	const body = Buffer.concat([
		Buffer.from('WEBP'),
		chunk('VP8X', Buffer.concat([Buffer.from([animated, 0, 0, 0]), size])),
		chunk('ANIM', Buffer.from([255, 255, 255, 255, 0, 0])),
		...shown,
	]);
	const head = Buffer.alloc(8);
	head.write('RIFF');
	head.writeUInt32LE(body.length, 4);
	return Buffer.concat([head, body]);
}
