"""Learning, live: networks that train in the background, seen as they learn and afterwards.

page.train_page, bench.training_bench     what stands on a page
view.training_view                        the component: curves, buttons, time machine
routes, serving                           what the browser asks the app for
"""
