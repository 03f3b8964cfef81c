/** Pairs with the door by the code that `goodwill pair` shows, and takes it back. */
import { pairing } from "../common/pairing.js";
import { keepPlace, place } from "./kept.js";
import { show } from "./sign.js";

pairing("Thunderbird", { place, keepPlace, show });
