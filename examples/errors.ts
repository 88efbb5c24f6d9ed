import { connect, isWherryError } from 'wherry';

await using backend = await connect();
try {
  await backend.create({ image: 'Not An Image', ports: [{ target: 99_999 }] });
} catch (error) {
  if (!isWherryError(error, 'INVALID')) throw error;
  console.log(error.code);
  console.log(error.details.problems); // every fault at once, each with its field
}
