export const workspace = {
  title: 'workspace',
};
