"""The TeX that all TikZ files share: how to use a file, the commands that make it a document, and the macros that draw.

Each text is written to the file as it is here, except that a line which ends in % goes on in the next one.
"""

GOES_ON = "%\n"

USE = r"""% {title}
% Compile it alone for a page per step; or in a document with \usepackage{{tikz}} in its preamble:
%   \input this file, then \convanimposter draws the step that explains most, and \convanimstep{{3}} step 3 of {steps}
%   \convanimoverlays     in a frame of beamer: a step a slide
%   \convanimanimate{{{rate}}}    with \usepackage{{animate}}: playing, so many steps a second
% Of two figures, the one read last is drawn; \let\first\convanimstep keeps one before that, and \first{{3}} draws it.
% A figure that is wider than \convanimwidth (\linewidth) or higher than \convanimheight (\textheight) %
is drawn smaller: \def\convanimheight{{6cm}}
% \renewcommand\convanimfont{{\sffamily}} sets its texts in another font, %
\tikzset{{convanim/input/.style={{fill=yellow}}}} its cells in another colour.
""".replace(GOES_ON, "")

# there is no list of class options before a document class was read
ALONE = r"""\expandafter\ifx\csname @classoptionslist\endcsname\relax
  \documentclass[border=0pt,multi=convanimsheet]{standalone}
  \usepackage{tikz}
  \newenvironment{convanimsheet}{}{}
  \def\convanimalone{}
  \begin{document}
\fi
"""

_CODES = {
    33: 12,
    34: 12,
    38: 4,
    39: 12,
    40: 12,
    41: 12,
    42: 12,
    43: 12,
    44: 12,
    45: 12,
    46: 12,
    47: 12,
    58: 12,
    59: 12,
    60: 12,
    61: 12,
    62: 12,
    63: 12,
    64: 12,
    91: 12,
    93: 12,
    94: 7,
    95: 8,
    96: 12,
    124: 12,
}  # of ! " & ' ( ) * + , - . / : ; < = > ? @ [ ] ^ _ ` |

# Language packages turn characters into commands, such as the ; of French, and TeX reads the end of a line as a blank.
# This file switches both off and, at its end, on again.
AT_EASE = (
    r"\edef\convanimrestore{\endlinechar \the\endlinechar\relax"
    + "".join(rf"\catcode{code} \the\catcode{code}\relax" for code in _CODES)
    + "}%\n"
    + "".join(rf"\catcode{code} {kind}\relax" for code, kind in _CODES.items())
    + "%\n"
    + "\\endlinechar -1\n"
)

# A text is set at 10 pt and scaled; the middle of its digits is on its point. In a file that is compiled alone, still
# and accumulated parts are made once, as forms of the PDF if the engine has them, and a step becomes a page as soon as
# it is read: TeX's memory holds one step. In a document, macros keep all of them by name.
MACROS = r"""\providecommand\convanimfont{}
\def\convanimset#1{\hbox{\fontsize{10}{10}\convanimfont\selectfont\setbox2\hbox{0}\lower.5\ht2\hbox{#1}}}
\def\convanimfit#1#2#3{\setbox0\convanimset{#3}\ifdim#1\wd0>#2bp\resizebox{#2bp}{!}{\box0}\else\scalebox{#1}{\box0}\fi}
\tikzset{convanim bare/.style={inner sep=0pt,outer sep=0pt,minimum size=0pt}}
\def\convanimnode#1#2#3#4{\node[\convanimname/#1/text,anchor=#2,convanim bare] at (#3) {#4};}
\def\convanimtext#1#2#3#4#5{\convanimnode{#1}{base}{#2}{\convanimfit{#3}{#4}{#5}}}
\def\convanimwords#1#2#3#4#5{\convanimnode{#1}{base west}{#2}{\convanimfit{#3}{#4}{#5}}}
\def\convanimarea#1#2{\path[\convanimname/#1/area] #2;}
\def\convanimline#1#2{\path[\convanimname/#1/line] #2;}
\def\convanimhatch#1#2{\path[\convanimname/#1/hatch] #2;}
\def\convanimcall#1{\csname\convanimname @#1\endcsname}
\def\convanimshift#1#2{\begin{scope}[shift={(#1)}]#2\end{scope}}
\def\convanimat#1#2{\convanimshift{#1}{\convanimcall{#2}}}
\def\convanimshape#1{\expandafter\def\csname\convanimname @#1\endcsname}
\def\convanimpicture#1{\tikzset{every picture/.style={},every scope/.style={},every path/.style={},every node/.style={}}
\begin{tikzpicture}[x=\convanimcell,y=-\convanimcell,line cap=butt,line join=miter,miter limit=4]#1\end{tikzpicture}}
\def\convanimdraw#1{\ifcsname\convanimname @\number#1\endcsname\convanimcall{\number#1}\else
\PackageError{convanim}{There is no step \the\numexpr#1\relax\space in this figure}%
{It has the steps 1 to \convanimsteps.}\fi}
\expandafter\ifx\csname convanimcount\endcsname\relax\csname newcount\endcsname\convanimcount\fi
\def\convanimstop#1#2{}
\def\convanimnext#1#2{\convanimcall{#1.\the\convanimcount}\advance\convanimcount1\relax
\ifnum\convanimcount>#2\relax\expandafter\convanimstop\else\expandafter\convanimnext\fi{#1}{#2}}
\providecommand\convanimwidth{\linewidth}
\providecommand\convanimheight{\textheight}
\ifx\convanimalone\undefined
\def\convanimwithin{\dimen0=\convanimwidth\relax\ifdim\wd4>\dimen0\setbox4\hbox{\resizebox{\dimen0}{!}{\box4}}\fi
\dimen2\ht4\advance\dimen2\dp4\relax\dimen0=\convanimheight\relax%
\ifdim\dimen2>\dimen0\resizebox*{!}{\dimen0}{\box4}\else\box4\fi}
\let\convanimkeep\convanimshape
\let\convanimkept\convanimcall
\def\convanimgrow#1#2{\convanimshape{#1.#2}}
\def\convanimgrown#1#2{\convanimcount0\relax\convanimnext{#1}{#2}}
\let\convanimpage\convanimshape
\else
\def\convanimwithin{\box4}
\def\convanimbox#1{\expandafter\ifx\csname\convanimname @#1\endcsname\relax%
\expandafter\newbox\csname\convanimname @#1\endcsname\fi
\global\setbox\csname\convanimname @#1\endcsname\hbox}
\def\convanimadd#1#2{\convanimbox{#1}{\expandafter\unhbox\csname\convanimname @#1\endcsname
\hbox to0pt{\setbox0\hbox{\convanimpicture{\expandafter\useasboundingbox\convanimbounds;#2}}\convanimform\hss}}}
\def\convanimform{\box0}
\ifx\saveboxresource\undefined
\ifx\pdfxform\undefined\else\ifnum\pdfoutput>0
\def\convanimform{\immediate\pdfxform resources{\the\pdfpageresources}0\pdfrefxform\pdflastxform}
\fi\fi
\else
\def\convanimform{\immediate\saveboxresource resources{\the\pdfvariable pageresources}0%
\useboxresource\lastsavedboxresourceindex}
\fi
\let\convanimkeep\convanimadd
\def\convanimgrow#1#2#3{\convanimadd{#1}{#3}}
\def\convanimkept#1{\node[anchor=north west,convanim bare] at (\convanimcorner) %
{\expandafter\copy\csname\convanimname @#1\endcsname};}
\def\convanimgrown#1#2{\convanimkept{#1}}
\def\convanimpage#1#2{\begin{convanimsheet}\convanimshape{#1}{#2}\convanimstep{#1}\end{convanimsheet}}
\fi
\def\convanimend{\ifx\convanimalone\undefined\convanimrestore\expandafter\endinput\fi}
""".replace(GOES_ON, "")
