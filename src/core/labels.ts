/** The labels that all things made by Wherry carry. What lacks `owner` is somebody else's and is never touched. */
export const label: {
  readonly owner: 'dev.wherry.owner';
  readonly project: 'dev.wherry.project';
  readonly service: 'dev.wherry.service';
  readonly specHash: 'dev.wherry.spec-hash';
  readonly lease: 'dev.wherry.lease';
} = {
  owner: 'dev.wherry.owner',
  project: 'dev.wherry.project',
  service: 'dev.wherry.service',
  specHash: 'dev.wherry.spec-hash',
  lease: 'dev.wherry.lease',
};

/** Value of the owner label. */
export const ownerValue = 'wherry';

/** Whether Wherry made the thing with these labels. */
export function isOurs(labels: Readonly<Record<string, string>>): boolean {
  return labels[label.owner] === ownerValue;
}
