#include <Python.h>
#include <sample_answer.h>

static PyObject *answer(PyObject *self, PyObject *nothing) { return PyLong_FromLong(SAMPLE_ANSWER); }

static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, "Return the answer."}, {NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_sample_speedups", NULL, 0, methods};

PyMODINIT_FUNC PyInit__sample_speedups(void) { return PyModule_Create(&module); }
