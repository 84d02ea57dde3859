#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""`ringside fits`: what tests/objects/wants.bpf.c wants, on kernels that are made here field by
field, and on the running one."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[4]
sys.path[:0] = [str(ROOT / 'tests' / 'support')]

# pylint: disable=wrong-import-position
import btf_image  # noqa: E402
import elf_image  # noqa: E402
import kernel_image  # noqa: E402
from btf_image import ENUM, FUNC, FUNC_PROTO, INT, PTR, STRUCT  # noqa: E402

OBJECTS = ROOT / 'tests' / 'objects' / 'built'
KERNELS = ROOT / 'build' / 'vm' / 'kernels'
RUNNING = pathlib.Path('/sys/kernel/btf/vmlinux')
LIMIT_S = 60
SIGNED = 1 << 24
FIELDS = ('pid', '__state', 'parent', 'asked_for', 'by_version', 'by_setting', 'by_function')
GLOBAL = 1


def ringside(*arguments, **options):
    done = subprocess.run([os.environ['RINGSIDE'], 'fits', *map(str, arguments)], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=LIMIT_S, check=False, **options)
    if done.returncode not in (0, 1, 2):
        raise AssertionError(f'{arguments}: exit status {done.returncode}\n'
                             f'{done.stdout}{done.stderr}')
    return done


class Kernel:
    """The types of a kernel that has all that wants.bpf.c wants, but for what is left out."""

    def __init__(self, order='<', without=(), renamed=None, over=None, of_module=False):
        self.btf = btf_image.Btf(order, over=over)
        self.integer = self.btf.type(INT, self.btf.name('int'), 0, 4, SIGNED | 32)
        self.without, self.renamed = without, renamed or {}
        if not of_module:
            self.add_struct()
            self.add_others()
        for name in ('wanted_function', 'wanted_if_there'):
            self.function(name, ('x', self.integer))
        self.function('wanted_target')

    def add_struct(self):
        btf = self.btf
        wide = btf.type(INT, btf.name('unsigned long'), 0, 8, 64)
        pointer = btf.end_id()
        btf.type(PTR, 0, 0, pointer + 1)
        members = []
        for number, field in enumerate(FIELDS):
            if field in self.without:
                continue
            kind = {'parent': pointer, '__state': wide}.get(field, self.integer)
            members += [btf.name(self.renamed.get(field, field)), kind, 64 * (number + 1)]
        btf.type(STRUCT, btf.name('wanted'), len(members) // 3, 128, *members)

    def add_others(self):
        btf = self.btf
        if 'wanted_type' not in self.without:
            btf.type(STRUCT, btf.name('wanted_type'), 1, 4, btf.name('x'), self.integer, 0)
        values = [name for name in ('WANTED_ONE', 'WANTED_TWO') if name not in self.without]
        words = [word for value, name in enumerate(values, 1) for word in (btf.name(name), value)]
        btf.type(ENUM, btf.name('wanted_enum'), len(values), 4, *words)

    def function(self, name, *parameters):
        if name in self.without:
            return
        btf = self.btf
        words = [word for text, kind in parameters for word in (btf.name(text), kind)]
        prototype = btf.type(FUNC_PROTO, 0, len(parameters), self.integer, *words)
        btf.type(FUNC, btf.name(name), GLOBAL, prototype)

    def bytes(self):
        return self.btf.bytes()


def elf_with_btf(btf):
    """An ELF file whose one section of content is .BTF, as a vmlinux has it."""
    return elf_image.image([elf_image.Section('.BTF', content=btf)], kind=2, machine=62)


class Fits(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, content, name='kernel.btf'):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def compare(self, kernel, wanted_object='wants.el.o'):
        """{(about, what, program): (answer, why)} of the one kernel that is given."""
        path = self.write(kernel.bytes() if isinstance(kernel, Kernel) else kernel)
        done = ringside('--json', '--only-given', OBJECTS / wanted_object, path)
        self.assertEqual(done.stderr, '')
        [answer] = json.loads(done.stdout)['kernels']
        expected = {'fits': 0, 'may fit': 0, 'does not fit': 1}[answer['verdict']]
        self.assertEqual(done.returncode, expected)
        self.assertEqual(sum(answer['counts'].values()), len(answer['findings']))
        return {(each['about'], each['what'], each['program']): (each['answer'], each['why'])
                for each in answer['findings']}

    def assert_lacks(self, kernel, expected, wanted_object='wants.el.o'):
        """Beside what no types tell, exactly this is not resolved."""
        undecided = {('kconfig', 'CONFIG_WANTED', ''), ('symbol', 'wanted_symbol', '')}
        found = {key: value for key, value in self.compare(kernel, wanted_object).items()
                 if value[0] != 'resolved' and key not in undecided}
        self.assertEqual(found, expected)

    def test_a_kernel_with_all_of_it(self):
        for order, wanted in (('<', 'wants.el.o'), ('>', 'wants.eb.o'), ('>', 'wants.el.o')):
            found = self.compare(Kernel(order), wanted)
            self.assertEqual(found['byte_off', 'wanted.pid', 'fields'], ('resolved', ''))
            self.assertEqual(found['function', 'wanted_function', ''], ('resolved', ''))
            self.assertEqual(found['target', 'wanted_target', 'attached'], ('resolved', ''))
            self.assertEqual(found['kconfig', 'LINUX_KERNEL_VERSION', ''], ('resolved', ''))
            self.assertEqual(found['kconfig', 'CONFIG_WANTED', ''],
                             ('undecided', "how a kernel is configured is not in its types"))
            self.assertEqual(found['symbol', 'wanted_symbol', ''],
                             ('undecided', "symbols without a type are not in a kernel's types"))
            self.assert_lacks(Kernel(order), {}, wanted)

    def test_a_field_of_another_name(self):
        key = ('byte_off', 'wanted.__state', 'fields')
        self.assert_lacks(Kernel(renamed={'__state': 'state'}),
                          {key: ('missing', "no such field; this kernel has 'state'")})
        self.assert_lacks(Kernel(without=['__state']), {key: ('missing', 'no such field')})

    def test_fields_that_are_asked_for_first(self):
        gone = ('asked_for', 'by_function')
        for order, wanted in (('<', 'wants.el.o'), ('>', 'wants.eb.o')):
            self.assert_lacks(Kernel(order, without=gone),
                              {('byte_off', 'wanted.' + name, 'fields'):
                               ('guarded', 'no such field') for name in gone}, wanted)

    def test_fields_behind_what_is_set_before_loading(self):
        gone = ('by_version', 'by_setting')
        why = 'no such field; whether it is used depends on what is set before loading'
        self.assert_lacks(Kernel(without=gone), {('byte_off', 'wanted.' + name, 'fields'):
                                                 ('undecided', why) for name in gone})

    def test_types_and_enumerators(self):
        # That a type does not exist is an answer.
        self.assert_lacks(Kernel(without=['wanted_type']), {})
        self.assert_lacks(Kernel(without=['WANTED_TWO']),
                          {('enumval_value', 'wanted_enum.WANTED_TWO', 'others'):
                           ('missing', 'no such enumerator')})

    def test_functions_of_the_kernel(self):
        self.assert_lacks(Kernel(without=['wanted_function', 'wanted_if_there', 'wanted_target']),
                          {('function', 'wanted_function', ''): ('missing', 'no such function'),
                           ('function', 'wanted_if_there', ''): ('guarded', 'no such function'),
                           ('target', 'wanted_target', 'attached'):
                           ('missing', 'no such function')})
        kernel = Kernel(without=['wanted_function'])
        kernel.without = ()
        kernel.function('wanted_function')
        self.assert_lacks(kernel, {('function', 'wanted_function', ''):
                                   ('missing', 'this kernel has it with another type')})

    def test_a_folder_with_a_kernel_and_its_modules(self):
        kernel = Kernel(without=['wanted_function', 'wanted_target', 'wanted_if_there'])
        self.write(kernel.bytes(), 'one/vmlinux')
        done = ringside('--only-given', OBJECTS / 'wants.el.o', self.folder / 'one')
        self.assertEqual(done.returncode, 1)
        self.assertIn('note: modules may have what a kernel has not', done.stdout)
        module = Kernel(over=kernel.btf, of_module=True)
        self.write(module.bytes(), 'one/module')
        self.write(b'what this is', 'one/README')
        done = ringside('--json', '--only-given', OBJECTS / 'wants.el.o', self.folder / 'one')
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        [answer] = json.loads(done.stdout)['kernels']
        self.assertEqual((answer['verdict'], answer['counts']['missing']), ('may fit', 0))

    def test_the_matrix_of_many_kernels(self):
        self.write(Kernel().bytes(), 'd/10/5.10.btf')
        self.write(elf_with_btf(Kernel(renamed={'__state': 'state'}).bytes()), 'd/12/vmlinux-6.1')
        self.write(Kernel(without=['asked_for']).bytes(), 'd/13/6.12.btf')
        self.write(b'\xfd7zXZ\0', 'd/13/6.13.btf.tar.xz')
        self.write(b'', 'd/empty')
        done = ringside('--only-given', OBJECTS / 'wants.el.o', self.folder / 'd')
        self.assertEqual((done.returncode, done.stderr), (1, ''))
        rows = {line.split()[0]: line.split()[-5:] for line in done.stdout.splitlines()
                if line.startswith(str(self.folder))}
        place = str(self.folder / 'd')
        self.assertEqual(rows[place + '/10/5.10.btf'][-2:], ['may', 'fit'])
        self.assertEqual(rows[place + '/12/vmlinux-6.1'][-3:], ['does', 'not', 'fit'])
        self.assertEqual(rows[place + '/13/6.12.btf'][-2:], ['may', 'fit'])
        for words in ("  wanted.__state: no such field; this kernel has 'state'\n"
                      f"    byte_off in prog 'fields'; on {place}/12/vmlinux-6.1\n",
                      '  wanted.asked_for: no such field\n',
                      f'note: {place}/13/6.13.btf.tar.xz is compressed: unpack it',
                      f'note: {place}/empty is no BTF\n'):
            self.assertIn(words, done.stdout)

    def test_what_cannot_be_read(self):
        good = self.write(Kernel().bytes())
        damaged = self.write(Kernel().bytes()[:-200], 'damaged.btf')
        text = self.write(b'no object', 'text.o')
        packed = self.write(b'\xfd7zXZ\0', 'packed/6.1.btf.tar.xz')
        for arguments, words in (((OBJECTS / 'wants.el.o', self.folder / 'nowhere'), 'nowhere'),
                                 ((text, good), f'{text}: '),
                                 ((self.folder / 'nowhere.o', good), 'nowhere.o'),
                                 ((OBJECTS / 'wants.el.o',), 'there is no kernel to compare with'),
                                 ((OBJECTS / 'wants.el.o', self.make_folder('empty')),
                                  'no file in this folder'),
                                 ((OBJECTS / 'wants.el.o', packed.parent),
                                  f'{packed} is compressed: unpack it')):
            done = ringside('--only-given', *arguments)
            self.assertEqual(done.returncode, 2, done)
            self.assertIn(words, done.stdout + done.stderr)
        # One that cannot be read leaves the others.
        done = ringside('--json', '--only-given', OBJECTS / 'wants.el.o', good, damaged)
        self.assertEqual(done.returncode, 2)
        self.assertEqual([each['verdict'] for each in json.loads(done.stdout)['kernels']],
                         ['may fit', 'not read'])
        lacking = self.write(Kernel(without=['pid']).bytes(), 'lacking.btf')
        self.assertEqual(ringside('--only-given', OBJECTS / 'wants.el.o', lacking,
                                  damaged).returncode, 1)

    def make_folder(self, name):
        path = self.folder / name
        path.mkdir()
        return path

    def test_an_object_that_wants_nothing(self):
        path = self.write(Kernel().bytes())
        done = ringside('--only-given', OBJECTS / 'plain.el.o', path)
        self.assertEqual(done.returncode, 0, done)
        self.assertRegex(done.stdout, rf'{path} +0 +0 +0 +0  fits\n')

    def test_kernels_of_debian(self):
        """Those that `./dev vm` has fetched."""
        found = 0
        for name, answer in (('5.10', 'missing'), ('6.1', 'resolved'), ('6.12', 'resolved')):
            image = KERNELS / name / 'vmlinuz'
            if not image.exists():
                continue
            found += 1
            lacks = {('byte_off', 'task_struct.state', 'careful'):
                     ('guarded', "no such field; this kernel has '__state'")}
            if answer == 'missing':
                why = "no such field; this kernel has 'state'"
                lacks = {('byte_off', 'task_struct.__state', 'careless'): (answer, why),
                         ('byte_off', 'task_struct.__state', 'careful'): ('guarded', why)}
            kernel = kernel_image.vmlinux(image.read_bytes())
            compared = self.compare(kernel, 'renamed.el.o')
            self.assertEqual({key: value for key, value in compared.items()
                              if value[0] != 'resolved'}, lacks, name)
        if found == 0:
            self.skipTest(f'no kernel is in {KERNELS}: ./dev vm fetches some')

    @unittest.skipUnless(RUNNING.exists(), 'the running kernel has no BTF')
    def test_the_running_kernel_without_privileges(self):
        other = {'user': 65534, 'group': 65534, 'extra_groups': []}
        unprivileged = other if os.getuid() == 0 else {}
        with tempfile.TemporaryDirectory() as name:
            os.chmod(name, 0o755)
            copy = pathlib.Path(name) / 'core.o'
            copy.write_bytes((OBJECTS / 'core.el.o').read_bytes())
            done = ringside('--json', copy, **unprivileged)
        self.assertEqual((done.returncode, done.stderr), (0, ''), done)
        [answer] = json.loads(done.stdout)['kernels']
        self.assertEqual(answer['verdict'], 'fits')
        self.assertTrue(answer['kernel'].startswith(f'this kernel ({os.uname().release})'))
        self.assertEqual({(each['what'], each['answer']) for each in answer['findings']},
                         {('task_struct', 'resolved'), ('task_struct.tgid', 'resolved'),
                          ('task_struct.group_leader', 'resolved'),
                          ('task_struct.there_is_no_such_field', 'resolved'),
                          ('task_struct.there_is_no_such_field', 'guarded')})


if __name__ == '__main__':
    unittest.main()
