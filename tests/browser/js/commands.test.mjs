import assert from "node:assert/strict";
import { test } from "node:test";

import { dragCommand, keyCommand } from "../../../convanim/write/player/commands.mjs";
import { commandsOf } from "../../../convanim/write/player/playback.mjs";

const COMMANDS = {
  " ": "play", k: "play", r: "restart", ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last",
  "+": "faster", "=": "faster", "-": "slower",
};
const press = (key, tagName = "BODY", held = {}) => keyCommand({ key, target: { tagName }, ...held });

test("each key has its command, other keys have none", () => {
  for (const [key, command] of Object.entries(COMMANDS)) assert.equal(press(key), command, key);
  for (const key of ["a", "K", "Tab", "Enter", "Escape", "ArrowUp", "ArrowDown", "PageUp"]) {
    assert.equal(press(key), undefined, key);
  }
});

test("every command of a key is one of the player's", () => {
  const known = Object.keys(commandsOf({}, {}, 8));
  for (const command of Object.values(COMMANDS)) assert.ok(known.includes(command), command);
});

test("keys with Control, Command or Alt are the browser's", () => {
  for (const held of ["ctrlKey", "metaKey", "altKey"]) {
    assert.equal(press("r", "BODY", { [held]: true }), undefined, held);
  }
  assert.equal(press("+", "BODY", { shiftKey: true }), "faster");
});

test("a control keeps the keys that it uses itself", () => {
  const kept = (tag) => Object.keys(COMMANDS).filter((key) => !press(key, tag));
  assert.deepEqual(kept("BUTTON"), [" "]);
  assert.deepEqual(kept("SELECT"), [" ", "ArrowLeft", "ArrowRight", "Home", "End"]);
  assert.deepEqual(kept("INPUT"), ["ArrowLeft", "ArrowRight", "Home", "End"]);
  assert.deepEqual(kept("DIV"), []);
});

test("a tap plays or pauses, a drag sideways turns, and other movements do nothing", () => {
  const commands = (...ways) => ways.map(([across, down]) => dragCommand(across, down));
  assert.deepEqual(commands([0, 0], [8, 8], [-11, 0]), ["play", "play", "play"]);
  assert.deepEqual(commands([-31, 0], [-80, 79], [31, 0], [80, -79]), ["next", "next", "back", "back"]);
  assert.deepEqual(new Set(commands([20, 5], [30, 0], [0, 150], [80, 80], [-80, -81])), new Set([undefined]));
});
