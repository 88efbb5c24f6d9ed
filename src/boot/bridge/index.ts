export { bridgeModel } from './bridge-model.ts';
