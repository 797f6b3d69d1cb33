# SPDX-License-Identifier: MIT
# The course of a long stream as a picture: gnuplot -c tests/endurance/plot.gp COURSE.csv PICTURE.png
if (ARGC != 2) { print "usage: gnuplot -c tests/endurance/plot.gp COURSE.csv PICTURE.png"; exit status 2 }
set datafile separator ','
stats ARG1 using 3 name 'CPU' nooutput
stats ARG1 using 4 name 'MEMORY' nooutput
stats ARG1 using ($5 / 1000) name 'STATE' nooutput
set terminal pngcairo size 760,540 font 'sans,9'
set output ARG2
set key top left horizontal
set xtics format ''
set grid ytics linecolor '#dddddd' linetype 1
set multiplot layout 3,1 margins 0.09,0.91,0.09,0.98 spacing 0.04
set ylabel 'ms a frame'
set yrange [0 : 3 * CPU_median]
plot ARG1 using 1:2 with lines linewidth 1.5 linecolor '#9ecae1' title 'by the wall', \
     ARG1 using 1:3 with lines linewidth 1.5 linecolor '#08519c' title 'of all CPUs'
set ylabel 'MB'
set yrange [0 : 1.4 * MEMORY_max]
plot ARG1 using 1:4 with lines linewidth 1.5 linecolor '#238b45' title 'resident memory of the process'
set ylabel 'KB'
set y2label 'files'
set xlabel 'frame'
set xtics format '%.0f'
set yrange [0 : 1.5 * STATE_max]
set y2range [0 : 40]
set y2tics
plot ARG1 using 1:($5 / 1000) with lines linewidth 1.5 linecolor '#6a51a3' title "the stream's state", \
     ARG1 using 1:6 axes x1y2 with lines linewidth 1.5 linecolor '#d94801' title 'open files'
unset multiplot
