import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

type LoadOptions = (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>;

/**
 * The options of a list, or why they cannot be shown as its only entry, which chooses nothing: for an error the editor shows
 * "[object Object]" there.
 */
export function reasoned(load: LoadOptions): LoadOptions {
	return async function () {
		try {
			return await load.call(this);
		} catch (error) {
			const { message, description } = error as { message: string; description?: string };
			this.logger.warn(`WeCom: a list cannot be shown: ${message}`);
			return [{ name: message, value: '', description }];
		}
	};
}
