/** Binary data for workflow tests. n8n-core keeps it in memory (base64 in the item) unless a test asks for the disk. */
import { Container } from './harness-env.cts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { BinaryDataConfig, BinaryDataService } from 'n8n-core';
import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';

export interface TestFile {
	data: Buffer | string;
	fileName?: string;
	mimeType?: string;
}

/** An item with files, in the mode that is in force. */
export async function binaryItem(
	json: IDataObject,
	files: Record<string, TestFile>,
): Promise<INodeExecutionData> {
	const entries = Object.entries(files).map(
		async ([field, { data, fileName, mimeType = 'application/octet-stream' }]) => {
			const fileExtension = fileName ? extname(fileName).slice(1) : undefined;
			const meta: IBinaryData = { data: '', mimeType, fileName, fileExtension };
			const location = { type: 'execution' as const, workflowId: 'wf1', executionId: '1' };
			return [
				field,
				await Container.get(BinaryDataService).store(location, Buffer.from(data as string), meta),
			] as const;
		},
	);
	return { json, binary: Object.fromEntries(await Promise.all(entries)) };
}

/** The bytes of a file that came out of a workflow. */
export async function binaryBytes(item: INodeExecutionData, field = 'data'): Promise<Buffer> {
	const file = item.binary?.[field];
	if (!file) throw new Error(`The item has no file in "${field}"`);
	return await Container.get(BinaryDataService).getAsBuffer(file);
}

/** From here on files are kept on disk as on a default n8n (`getBinaryStream` by id); the returned function goes back to memory and cleans up. */
export async function keepFilesOnDisk(): Promise<() => void> {
	const folder = mkdtempSync(join(tmpdir(), 'wecom-kit-files-'));
	const config = Container.get(BinaryDataConfig);
	const service = Container.get(BinaryDataService);
	config.mode = 'filesystem';
	config.localStoragePath = folder;
	await service.init();
	return () => {
		(service as unknown as { managers: object }).managers = {};
		rmSync(folder, { recursive: true, force: true });
	};
}
