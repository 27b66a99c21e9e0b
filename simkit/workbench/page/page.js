// Shows the widgets of one visit. ipywidgets' own scripts expect the classic notebook around them: this page gives them
// the few parts of it that they touch, and carries their messages over one websocket (simkit/workbench/visits.py).
"use strict";

(() => {
  const nothing = () => {};
  const OTHER_PAGE = 4001; // as in serving.py
  const RETRY_MILLISECONDS = 2000;
  const events = { on: nothing };
  const comms = new Map();
  const unanswered = new Map(); // what a widget does when its message has been dealt with, by the message's number
  let sent = 0;
  let socket;
  let take; // how ipywidgets' manager takes a widget that the server opens

  const kernel = {
    is_connected: () => true,
    comm_info: (_target, answer) => answer({ content: { comms: {} } }),
    comm_manager: {
      register_target: (_target, handler) => (take = handler),
      register_comm: nothing,
      // Six names: ipywidgets counts them. Only the server opens widgets, so there are none to ask for.
      new_comm: async (_target, _data, _callbacks, _metadata, _id, _buffers) => {
        throw new Error("only the server opens widgets");
      },
    },
  };
  kernel.comm_manager.kernel = kernel;
  window.Jupyter = {
    version: "7.0.0",
    notebook: {
      kernel,
      events,
      container: events,
      metadata: {},
      get_cells: () => [],
      keyboard_manager: { actions: { register: nothing } },
    },
    menubar: { actions: { register: nothing, get: nothing } },
    notification_area: { widget: nothing },
  };
  class OutputArea {
    register_mime_type() {}
  }
  const modules = {
    "base/js/namespace": window.Jupyter,
    "base/js/events": events,
    "notebook/js/outputarea": { OutputArea },
  };
  window.requirejs = (names, use = nothing) => use(...names.map((name) => modules[name]));
  window.requirejs.config = nothing;
  let widgets;
  window.define = (_names, make) => (widgets = make({ uri: document.currentScript.src }));

  /** One widget's line to its twin in Python. */
  class Comm {
    constructor(id, target) {
      this.comm_id = id;
      this.target_name = target;
      this.kernel = kernel;
      comms.set(id, this);
    }
    on_msg(callback) {
      this.arrived = callback;
    }
    on_close(callback) {
      this.closed = callback;
    }
    send(data, callbacks) {
      const message = ++sent;
      unanswered.set(message, callbacks);
      socket.send(JSON.stringify({ message, comm: this.comm_id, data }));
      return `${message}`;
    }
    close() {
      comms.delete(this.comm_id);
    }
  }

  /** Load the page again as soon as the server answers; it finds its visit by name. */
  const tryAgain = async () => {
    const answer = await fetch("/").catch(nothing);
    if (answer?.ok) location.reload();
  };

  const dataView = (base64) => new DataView(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)).buffer);
  const tell = (name) => {
    document.getElementById("state").dataset.state = name;
  };

  const arrivals = {
    comm_open: ({ comm, target, data, metadata, buffers }) =>
      take(new Comm(comm, target), { content: { data }, metadata, buffers }),
    comm_msg: ({ comm, data, buffers }) => comms.get(comm)?.arrived?.({ content: { data }, buffers }),
    comm_close: ({ comm }) => {
      comms.get(comm)?.closed?.({});
      comms.delete(comm);
    },
    // By this name a page that is loaded again, or was cut off, finds its workbench as it was.
    visit: ({ name }) => sessionStorage.setItem("visit", name),
    dealt_with: ({ message }) => {
      unanswered.get(message)?.iopub?.status?.({ content: { execution_state: "idle" } });
      unanswered.delete(message);
    },
    show: async ({ widget }) => {
      const manager = kernel.widget_manager;
      const view = await manager.create_view(await manager.get_model(widget));
      widgets.JupyterLuminoWidget.attach(view.luminoWidget, document.querySelector("main"));
      tell("open");
    },
    speak: ({ language, title }) => {
      document.documentElement.lang = language;
      document.title = title;
    },
    failed: ({ words }) => {
      document.getElementById("reason").textContent = words;
      tell("failed");
    },
  };

  window.addEventListener("DOMContentLoaded", async () => {
    await widgets.load_ipython_extension();
    const query = new URLSearchParams(location.search);
    if (sessionStorage.getItem("visit")) query.set("visit", sessionStorage.getItem("visit"));
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/visit?${query}`);
    let before = Promise.resolve(); // a widget must stand before a change to it is taken
    socket.addEventListener("message", ({ data: text }) => {
      const arrival = JSON.parse(text);
      const buffers = (arrival.buffers ?? []).map(dataView);
      before = before.then(() => arrivals[arrival.kind]({ ...arrival, buffers })).catch(console.error);
    });
    socket.addEventListener("close", ({ code }) => {
      if (document.getElementById("state").dataset.state === "failed") return;
      tell(code === OTHER_PAGE ? "elsewhere" : "lost");
      if (code !== OTHER_PAGE) setInterval(tryAgain, RETRY_MILLISECONDS);
    });
    for (const button of document.querySelectorAll("button.again")) {
      button.addEventListener("click", () => {
        sessionStorage.removeItem("visit");
        location.reload();
      });
    }
  });
})();
