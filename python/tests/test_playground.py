"""What needs no browser: arrays, errors, the file that a run is kept in. `cargo xtask notebook` runs it."""

import json
import tempfile
import unittest
from pathlib import Path

import numpy as np

from ganlet import Playground
from ganlet._playground import STATIC

RANDOM = np.random.default_rng(0)


def from_browser(game, **state):
    """What the browser sends: bytes come as views."""
    game.set_state(state)


def array(values):
    values = np.asarray(values, dtype=np.float32)
    return {"shape": list(values.shape), "dtype": "float32", "data": memoryview(values.tobytes())}


class OwnData(unittest.TestCase):
    def test_points_come_back_in_their_units(self):
        game = Playground.from_array(RANDOM.normal([100, 2000], [3, 3], (200, 2)))
        stage = np.array([row.split(",") for row in game._data["points"].split("\n")], dtype=float)
        self.assertAlmostEqual(np.abs(stage).max(), 2, places=3)
        from_browser(game, _samples=array([[0, 0], [2, -2]]))
        self.assertTrue(np.allclose(game.samples[0], game._frame.middle))
        self.assertLess(np.abs(game.samples[1] - [100, 2000]).max(), 20)

    def test_images_are_a_file_of_a_set(self):
        images = RANDOM.integers(0, 256, (24, 16, 16, 3), dtype=np.uint8)
        game = Playground.from_array(images, labels=["cat", "dog"] * 12, name="pets")
        file = game._data["images"]
        length = int.from_bytes(file[:8], "little")
        header, rest = json.loads(file[8 : 8 + length]), file[8 + length :]
        self.assertEqual(header["__metadata__"], {"name": "pets", "classes": '["cat", "dog"]'})
        start, end = header["images"]["data_offsets"]
        self.assertEqual(rest[start:end], images.tobytes())
        start, end = header["labels"]["data_offsets"]
        self.assertEqual(rest[start:end], bytes([0, 1] * 12))
        # Floating point from 0 to 1 is the same.
        again = Playground.from_array(images / 255, labels=["cat", "dog"] * 12, name="pets")
        self.assertEqual(again._data["images"], file)

    def test_samples_of_images_are_from_0_to_1(self):
        game = Playground("faces-dcgan")
        self.assertIsNone(game.samples)
        from_browser(game, info={"data": {"range": [-1, 1]}}, _samples=array(np.full((1, 2, 2, 1), -1)))
        self.assertEqual(game.samples.tolist(), np.zeros((1, 2, 2, 1)).tolist())

    def test_what_cannot_be_learned_is_said(self):
        square = np.zeros((24, 16, 16))
        for given, labels, words in [
            (np.zeros((9, 3)), None, r"array: its shape is \(9, 3\)"),
            (np.zeros((3, 2)), None, "points: 3 are too few"),
            (np.zeros((9, 2)), None, "all of them are the same"),
            ([[0, 1]] * 8 + [[0, np.nan]], None, r"points: row 8 is"),
            (np.ones((9, 2)), [0] * 9, "labels: points have none"),
            (np.zeros((24, 17, 17)), None, "17 by 17 pixels"),
            (np.zeros((19, 16, 16)), None, "images: 19 are too few"),
            (square + 300, None, "from 300 to 300"),
            (square + np.nan, None, "from nan to nan"),
            (square, [0, 1], r"labels: their shape is \(2,\)"),
        ]:
            with self.subTest(words), self.assertRaisesRegex(ValueError, words):
                Playground.from_array(given, labels=labels)


class Game(unittest.TestCase):
    def test_settings_are_attributes(self):
        game = Playground("ring", seed=3, settings={"batch": 64, "generator.averaging": True})
        self.assertEqual(game._attributes["settings"], "batch=64&generator.averaging=true")
        game.preset = "moons"
        self.assertEqual(game._attributes["preset"], "moons")
        with self.assertRaisesRegex(TypeError, "sed: there is no such argument"):
            Playground("ring", sed=3)

    def test_trains_on_from_where_it_will_be(self):
        game = Playground("ring")
        game.train(50)
        game.train(20)
        self.assertEqual(game.until, 70)
        with self.assertRaisesRegex(ValueError, "steps: 0 are none"):
            game.train(0)

    def test_latents_have_to_fit_the_model(self):
        game = Playground("ring")
        from_browser(game, info={"latent_dim": 16})
        game.latents = np.zeros((3, 16))
        with self.assertRaisesRegex(Exception, r"latents: their shape is \(3, 2\); this model takes rows of 16"):
            game.latents = np.zeros((3, 2))

    def test_a_run_is_kept_in_its_file(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "ring.safetensors"
            game = Playground("ring", file=file)
            from_browser(game, checkpoint=memoryview(b"one"))
            from_browser(game, checkpoint=memoryview(b"two"))
            self.assertEqual(Playground("ring", file=file).checkpoint, b"two")
            self.assertEqual([path.name for path in Path(folder).iterdir()], ["ring.safetensors"])

    def test_another_game_does_not_go_on_with_the_run(self):
        game = Playground("ring", checkpoint=b"run")
        game.train(5)
        game.seed = 4
        self.assertEqual((game.checkpoint, game.until), (b"", 0))

    def test_only_files_of_the_package_are_handed_out(self):
        game, sent = Playground("ring"), []
        game.send = lambda content, buffers=None: sent.append((content, buffers))
        game._answer(game, {"file": "lib/ganlet.json"}, [])
        game._answer(game, {"file": "../_playground.py"}, [])
        game._answer(game, {"perform": "reset"}, [])
        self.assertEqual(sent[0][1], [(STATIC / "lib/ganlet.json").read_bytes()])
        self.assertEqual(sent[1:], [({"file": "../_playground.py", "missing": True}, None)])


if __name__ == "__main__":
    unittest.main()
