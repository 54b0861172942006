/** What the file system said, in words: one sentence with the path in front instead of `ENOENT` and a stack. */
import { EngineError, type ErrorCode } from '../../engine/errors.ts';

const reasons: Record<string, string> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'is a folder, expected a file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many open files',
  ELOOP: 'a circle of symbolic links',
  ENAMETOOLONG: 'the name is too long',
  ERR_FS_FILE_TOO_LARGE: 'the file is larger than 2 GiB',
  EEXIST: 'a file is in the way',
};

/** True for what node:fs throws; anything else is a mistake of ours, and keeps its stack. */
export const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error &&
  ('syscall' in error || (error as NodeJS.ErrnoException).code === 'ERR_FS_FILE_TOO_LARGE') &&
  typeof (error as NodeJS.ErrnoException).code === 'string';

/** `no such file or folder`, for an error that `isFileError`. */
export const fileErrorReason = (error: NodeJS.ErrnoException): string =>
  reasons[error.code ?? ''] ?? `the file system answered ${error.code}`;

/** What to throw in place of `error`: an EngineError that begins with `path`, or the very same if it is no file error. */
export function namedFileError(error: unknown, path: string, code: ErrorCode): unknown {
  return isFileError(error) ? new EngineError(code, `${path}: ${fileErrorReason(error)}`) : error;
}
