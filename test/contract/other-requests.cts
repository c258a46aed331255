/**
 * Requests to test an operation with instead of the documented sample, by `<resource>.<operation>`: where the sample on WeCom's page
 * contradicts the table beside it, or shows another use of the endpoint. Say which.
 */
import type { IDataObject } from 'n8n-workflow';

export const OTHER_REQUESTS: Record<string, IDataObject> = {};
