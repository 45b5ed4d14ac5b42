# ddg_add_folder(FOLDER): adds the folder, if it is there.
function(ddg_add_folder folder)
  file(GLOB list CONFIGURE_DEPENDS ${folder}/CMakeLists.txt)
  if(list)
    add_subdirectory(${folder})
  endif()
endfunction()
