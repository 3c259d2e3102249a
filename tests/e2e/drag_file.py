#!/usr/bin/python3
"""A window that offers files to be dragged, as a file manager would (real XDND).

usage: drag_file.py X Y FILE...    needs python3-gi and gir1.2-gtk-3.0, a display and a window manager

Press on the window, move in several small steps (about 0.15 s each) over the target, release.
"""
import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")  # where GTK 4 is installed too, it would be taken
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

x, y = (int(value) for value in sys.argv[1:3])
uris = [pathlib.Path(file).resolve().as_uri() for file in sys.argv[3:]]
window = Gtk.Window(title="drag source")
window.set_default_size(120, 120)
box = Gtk.EventBox()
box.add(Gtk.Label(label="DRAG"))
box.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
box.drag_source_add_uri_targets()
box.connect("drag-data-get", lambda _w, _c, data, _i, _t: data.set_uris(uris))
window.add(box)
window.connect("destroy", Gtk.main_quit)
window.show_all()
window.move(x, y)
Gtk.main()
